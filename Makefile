# glusterd-srcaddr. Start with: sudo make demo, sudo make check, sudo make install

CFLAGS  ?= -O2 -g
PREFIX  ?= /usr
BUILD   ?= build
DESTDIR ?=

# Where ld.so looks by itself, and under secure execution too: the multiarch directory, or that of the distribution.
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
LIBDIR    ?= $(PREFIX)/$(if $(MULTIARCH),lib/$(MULTIARCH),$(if $(wildcard /usr/lib64),lib64,lib))
MANDIR    ?= $(PREFIX)/share/man

NAME    := libglusterd-srcaddr.so
LIBRARY := $(BUILD)/$(NAME)
OBJECTS := $(patsubst preload/%.c,$(BUILD)/preload/%.o,$(wildcard preload/*.c))

# What a compiler of another age or architecture may not have.
supported = $(shell for flag in $(1); do $(CC) -Werror $$flag -x c -c /dev/null -o /dev/null 2>/dev/null && echo $$flag; done)
IS_GLIBC := $(shell $(CC) -E -dM -include features.h -x c /dev/null 2>/dev/null | grep -w __GLIBC__)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wundef -Wformat=2 -Wcast-qual -Wwrite-strings \
            -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wredundant-decls \
            -Wframe-larger-than=4096 $(WERROR)
HARDENING := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
             $(call supported,-fstack-clash-protection -fcf-protection)
# _FILE_OFFSET_BITS would turn fcntl into fcntl64, which is GLIBC_2.28. The kernel's headers are musl-gcc's last resort.
CPPFLAGS := -D_GNU_SOURCE -U_FILE_OFFSET_BITS -U_TIME_BITS \
            $(if $(IS_GLIBC),,-idirafter /usr/include $(if $(MULTIARCH),-idirafter /usr/include/$(MULTIARCH)))
# make V=1 prints the commands.
QUIET    = $(if $(V),,@echo "  $(1) $@";)
COMPILE  = $(CC) -std=gnu11 $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS)
# libdl.so.2 by its full name: newer systems have it for old programs only, with nothing in it and no libdl.so.
LINK     = $(CC) -shared $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(NAME) -Wl,--version-script,preload/exports.map \
           -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--no-as-needed
LIBS    := $(if $(IS_GLIBC),-l:libdl.so.2)

.PHONY: all
all: $(LIBRARY)

$(LIBRARY): $(OBJECTS) preload/exports.map preload/check-object
	$(call QUIET,LD)$(LINK) -o $@.new $(OBJECTS) $(LIBS)
	@preload/check-object $@.new
	@mv $@.new $@

# Changes only when the command does, so that make CC=musl-gcc after make builds all anew.
$(BUILD)/command: FORCE
	@mkdir -p $(@D); echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' >$@
FORCE:

$(BUILD)/preload/%.o: preload/%.c $(BUILD)/command
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)

# Packages, by name, with the system's own client; nothing is done where all are there.
DEMO_PACKAGES  := gcc libc6-dev binutils iproute2 mount util-linux procps glusterfs-server glusterfs-client
CHECK_PACKAGES := $(DEMO_PACKAGES) bats clang clang-format clang-tidy cppcheck libcap2-bin libcmocka-dev linux-libc-dev mandoc \
                  musl-tools shellcheck strace

define install-missing
missing=$$(for package in $(1); do \
        dpkg-query --show --showformat='$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || echo $$package; \
    done); \
[ -z "$$missing" ] || { apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $$missing; }
endef

.PHONY: deps deps-demo
deps:
	@$(call install-missing,$(CHECK_PACKAGES))
deps-demo:
	@$(call install-missing,$(DEMO_PACKAGES))

# A make of its own after the packages: this one has looked for the compiler already.
.PHONY: demo
demo: deps-demo
	@$(MAKE) --no-print-directory --silent all
	@tests/sandbox tests/cluster/demo

.PHONY: check
check: deps
	@$(MAKE) --no-print-directory lint check-build check-unit check-socket check-musl check-cluster

SOURCES := $(wildcard preload/*.[ch] tests/unit/*.[ch] tests/socket/*.[ch])
SCRIPTS := preload/check-object tests/sandbox .ci/run $(filter-out %.c %.h,$(wildcard tests/build/* tests/socket/* tests/cluster/*))

.PHONY: lint format
lint:
	@echo clang-format; clang-format --dry-run --Werror $(SOURCES)
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/lint WERROR=-Werror CC=gcc all test-programs
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/lint-clang WERROR=-Werror CC=clang all test-programs
	@echo clang-tidy; printf '%s\n' $(filter %.c,$(SOURCES)) | xargs -P 2 -n 1 \
	    sh -c 'clang-tidy --quiet "$$0" -- -std=gnu11 -D_GNU_SOURCE -Ipreload 2>/dev/null'
	@echo cppcheck; cppcheck --quiet --error-exitcode=1 --enable=warning,style,performance,portability --std=c11 \
	    -D_GNU_SOURCE -D__LP64__ -D__GLIBC__ -D__x86_64__ --suppress=knownConditionTrueFalse \
	    --suppress=normalCheckLevelMaxBranches -Ipreload preload
	@echo shellcheck; shellcheck --external-sources $(SCRIPTS)
	@echo mandoc; mandoc -Tlint -W warning docs/*.5
format:
	clang-format -i $(SOURCES)

UNIT_TESTS      := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
SOCKET_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/socket/*.c))
# The wrapped calls themselves are tested from outside: a test program must not wrap its own.
UNIT_OBJECTS    := $(filter-out %/connect.o %/bind.o,$(OBJECTS))

.PHONY: test-programs socket-programs
test-programs: $(UNIT_TESTS) socket-programs
socket-programs: $(SOCKET_PROGRAMS)

# Tests put functions of their own in the place of some of the C library's, which its fortified headers don't like.
$(BUILD)/tests/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(UNIT_OBJECTS)
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -U_FORTIFY_SOURCE -Ipreload -pthread -o $@ $< $(UNIT_OBJECTS) -lcmocka $(LIBS)

$(BUILD)/tests/socket/%: tests/socket/%.c $(wildcard tests/socket/*.h)
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -pthread -o $@ $<

.PHONY: check-build check-unit check-socket check-musl check-cluster
check-build: $(LIBRARY)
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) bats tests/build
check-unit: $(UNIT_TESTS)
	@for test in $(UNIT_TESTS); do tests/sandbox $$test || exit 1; done
check-socket: $(LIBRARY) socket-programs
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) bats tests/socket
check-musl:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/musl CC=musl-gcc check-socket
check-cluster: $(LIBRARY)
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) bats tests/cluster

# Under a name of its own first: running daemons have the old file mapped, which a rename leaves to them. The mode is for
# secure execution, under which ld.so preloads no other: ld.so(8), LD_PRELOAD.
.PHONY: install uninstall
install: $(LIBRARY)
	install -d $(DESTDIR)$(LIBDIR) $(DESTDIR)$(MANDIR)/man5
	install -m 4755 $(LIBRARY) $(DESTDIR)$(LIBDIR)/.$(NAME).new
	mv -f $(DESTDIR)$(LIBDIR)/.$(NAME).new $(DESTDIR)$(LIBDIR)/$(NAME)
	install -m 644 docs/srcaddr.conf.5 $(DESTDIR)$(MANDIR)/man5/srcaddr.conf.5
uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/$(NAME) $(DESTDIR)$(MANDIR)/man5/srcaddr.conf.5

.PHONY: clean
clean:
	rm -rf $(BUILD)
