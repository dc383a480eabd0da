# glusterd-srcaddr. Start with: sudo make demo, sudo make check, sudo make install. make help lists the targets.

CFLAGS  ?= -O2 -g
PREFIX  ?= /usr
BUILD   ?= build
DESTDIR ?=

# Defined only here. Packages and the command get it from here.
VERSION := 1.0.0

# A standard directory of ld.so, valid under secure execution too: the multiarch one, or the distribution's.
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
LIBDIR    ?= $(PREFIX)/$(if $(MULTIARCH),lib/$(MULTIARCH),$(if $(wildcard /usr/lib64),lib64,lib))
MANDIR    ?= $(PREFIX)/share/man

NAME    := libglusterd-srcaddr.so
LIBRARY := $(BUILD)/$(NAME)
COMMAND := $(BUILD)/glusterd-srcaddr
# Not for an instrumented library, which is only for tests and needs its instrument's libraries.
CHECK_OBJECT := preload/check-object
# Objects with large arrays come last: most processes never write to these, and all other variables then share a page.
LARGE   := socket/learned socket/sockopt base/ratelimit
PRELOAD := $(patsubst preload/%.c,%,$(wildcard preload/*.c preload/*/*.c))
OBJECTS := $(patsubst %,$(BUILD)/preload/%.o,$(filter-out $(LARGE),$(PRELOAD)) $(LARGE))
TOOL    := $(patsubst tool/%.c,$(BUILD)/tool/%.o,$(wildcard tool/*.c tool/*/*.c))
# For the command and the unit tests, without the functions that would replace the C library's.
ARCHIVE := $(BUILD)/preload.a
OWN     := bind connect getsockname listen base/string
TOOL_ARCHIVE := $(BUILD)/tool.a

# Flags that not every version of the compiler has, nor every architecture.
supported = $(shell for flag in $(1); do $(CC) -Werror $$flag -x c -c /dev/null -o /dev/null 2>/dev/null && echo $$flag; done)
IS_GLIBC := $(shell $(CC) -E -dM -include features.h -x c /dev/null 2>/dev/null | grep -w __GLIBC__)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wundef -Wformat=2 -Wcast-qual -Wwrite-strings \
            -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wredundant-decls \
            -Wframe-larger-than=4096 $(WERROR)
HARDENING := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
             $(call supported,-fstack-clash-protection -fcf-protection)
# _FILE_OFFSET_BITS would turn fcntl into fcntl64, GLIBC_2.28. musl-gcc falls back to the system's directories for kernel headers.
CPPFLAGS := -D_GNU_SOURCE -U_FILE_OFFSET_BITS -U_TIME_BITS \
            $(if $(IS_GLIBC),,-idirafter /usr/include $(if $(MULTIARCH),-idirafter /usr/include/$(MULTIARCH)))
# make V=1 prints the commands.
QUIET    = $(if $(V),,@echo "  $(1) $@";)
COMPILE  = $(CC) -std=gnu11 $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -fno-lto
# libdl.so.2 by its full name: newer systems keep an empty one for old programs, and no libdl.so. No start files: they look up
# four functions for C++ and profilers in every process.
LINK     = $(CC) -shared -nostartfiles $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(NAME) -Wl,--version-script,preload/exports.map \
           -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--no-as-needed
# libsmartcols prints only tables: before 2.33, as on EL8, it prints numbers in JSON as strings.
TOOL_NEEDS := smartcols json-c
TOOL_CFLAGS = $(shell pkg-config --cflags $(TOOL_NEEDS))
TOOL_LIBS  = $(shell pkg-config --libs $(TOOL_NEEDS))
LIBS    := $(if $(IS_GLIBC),-l:libdl.so.2)

.PHONY: all tool-needs
all: $(LIBRARY) $(COMMAND) ## builds the library and the command

$(LIBRARY): $(OBJECTS) preload/exports.map preload/check-object
	$(call QUIET,LD)$(LINK) -o $@.new $(OBJECTS) $(LIBS)
	@$(CHECK_OBJECT) $@.new
	@mv $@.new $@

# Changes only with the compiler command, so that make CC=musl-gcc after make rebuilds everything.
$(BUILD)/command: FORCE
	@mkdir -p $(@D); echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' >$@
FORCE:

# Otherwise the compiler would turn the loops in it into calls of the functions that they implement.
$(BUILD)/preload/base/string.o: private CFLAGS += -O3 -ffreestanding $(call supported,-fno-tree-loop-distribute-patterns)

# An instrumented build may replace some of the library's files.
INSTEAD := preload
define compile-preload
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -Ipreload -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<
endef
$(BUILD)/preload/%.o: $(INSTEAD)/%.c $(BUILD)/command
	$(compile-preload)
$(BUILD)/preload/%.o: preload/%.c $(BUILD)/command
	$(compile-preload)

$(ARCHIVE): $(filter-out $(OWN:%=$(BUILD)/preload/%.o),$(OBJECTS))
	$(call QUIET,AR)rm -f $@; $(AR) rcs $@ $^

$(TOOL_ARCHIVE): $(filter-out %/main.o,$(TOOL))
	$(call QUIET,AR)rm -f $@; $(AR) rcs $@ $^

$(COMMAND): $(BUILD)/tool/main.o $(TOOL_ARCHIVE) $(ARCHIVE)
	$(call QUIET,LD)$(CC) -pie $(CFLAGS) $(LDFLAGS) -Wl,-z,relro,-z,now -o $@ $^ $(TOOL_LIBS) $(LIBS)

# Only the library's frames are limited, because it runs on other programs' stacks.
$(BUILD)/tool/%.o: tool/%.c $(BUILD)/command | tool-needs
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) $(TOOL_CFLAGS) -Wno-frame-larger-than -DVERSION='"$(VERSION)"' -fPIE -Ipreload -Itool -MMD -MP -c -o $@ $<

# A compiler says only that a header is missing.
tool-needs:
	@pkg-config --exists $(TOOL_NEEDS) || { \
	    echo 'libsmartcols or json-c is missing: make deps-build, or install libsmartcols-dev and libjson-c-dev (Debian), libsmartcols-devel and json-c-devel (Enterprise Linux).' >&2; \
	    exit 1; }

-include $(OBJECTS:.o=.d) $(TOOL:.o=.d)

# What is installed: mode:file:place. Under secure execution ld.so preloads only set-user-ID files: ld.so(8), LD_PRELOAD.
# make COMMAND= leaves out the command and its callers, and the drop-in then must not require the unit.
UNITS     := $(PREFIX)/lib/systemd/system
DROP_IN   := $(UNITS)/glusterd.service.d/50-srcaddr.conf
DOCUMENTS := $(PREFIX)/share/doc/glusterd-srcaddr
SHARED    := $(PREFIX)/share/glusterd-srcaddr
METRICS_UNITS := glusterd-srcaddr-metrics.service glusterd-srcaddr-metrics.timer
# mount(8) looks for helpers in /sbin, or what that links to, whatever PREFIX is.
HELPERS   ?= $(realpath /sbin)
HELPER    := $(HELPERS)/mount.glusterfs-srcaddr
# With PREFIX=/usr, Ansible looks here by default.
COLLECTIONS := $(PREFIX)/share/ansible/collections
COLLECTION  := ansible_collections/glusterd_srcaddr/glusterd_srcaddr
# For logrotate 3.21 or later, which knows ignoreduplicates. make LOGROTATE= leaves it out.
LOGROTATE ?= $(shell PATH="$$PATH:/usr/sbin" logrotate --version 2>&1 | \
                 awk -F '[ .]' '/^logrotate [0-9]/ && ($$2 > 3 || $$3 >= 21) { print "/etc/logrotate.d/glusterd-srcaddr" }')
INSTALLED := 4755:$(LIBRARY):$(LIBDIR)/$(NAME) \
             644:packaging/50-srcaddr.conf:$(DROP_IN) \
             $(LOGROTATE:%=644:packaging/logrotate:%) \
             644:docs/srcaddr.conf.5:$(MANDIR)/man5/srcaddr.conf.5 \
             $(foreach file,README.md $(wildcard docs/*.md docs/*.svg),644:$(file):$(DOCUMENTS)/$(file))
ifneq ($(COMMAND),)
INSTALLED += 755:$(COMMAND):$(PREFIX)/sbin/glusterd-srcaddr \
             644:glusterd-srcaddr.service:$(UNITS)/glusterd-srcaddr.service \
             $(foreach unit,$(METRICS_UNITS),644:packaging/monitoring/$(unit):$(UNITS)/$(unit)) \
             644:packaging/monitoring/prometheus-alerts.yml:$(SHARED)/prometheus-alerts.yml \
             755:packaging/mount.glusterfs-srcaddr:$(HELPER) \
             644:docs/glusterd-srcaddr.8:$(MANDIR)/man8/glusterd-srcaddr.8 \
             644:docs/glusterd-srcaddr.schema.json:$(DOCUMENTS)/docs/glusterd-srcaddr.schema.json \
             644:docs/mount.glusterfs-srcaddr.8:$(MANDIR)/man8/mount.glusterfs-srcaddr.8 \
             644:packaging/completion/glusterd-srcaddr:$(PREFIX)/share/bash-completion/completions/glusterd-srcaddr \
             $(foreach file,$(shell cd packaging/ansible && find * -type f),644:packaging/ansible/$(file):$(COLLECTIONS)/$(COLLECTION)/$(file))
endif
CONFIGURATION := /etc/glusterfs/srcaddr.conf

# Installs under a temporary name and renames, because running daemons have the old library mapped.
.PHONY: install uninstall
install: all ## installs, without a package
	@printf '%s\n' $(INSTALLED) | while IFS=: read -r mode file place; do \
	    echo "  INSTALL $(DESTDIR)$$place"; \
	    install -D -T -m "$$mode" "$$file" "$(DESTDIR)$$place.new" && \
	    mv -f -T "$(DESTDIR)$$place.new" "$(DESTDIR)$$place" || exit; \
	done
	$(if $(COMMAND),sed -i 's|/usr/sbin/glusterd-srcaddr|$(PREFIX)/sbin/glusterd-srcaddr|; s|/usr/lib/$(NAME)|$(LIBDIR)/$(NAME)|' \
	    $(addprefix $(DESTDIR),$(UNITS)/glusterd-srcaddr.service $(UNITS)/glusterd-srcaddr-metrics.service $(HELPER)), \
	    sed -i '/^\[Unit\]/,/^$$/d' $(DESTDIR)$(DROP_IN))
	test -e $(DESTDIR)$(CONFIGURATION) || install -D -m 644 packaging/srcaddr.conf $(DESTDIR)$(CONFIGURATION)
uninstall: ## removes what install installed
	rm -f $(foreach entry,$(INSTALLED),$(DESTDIR)$(lastword $(subst :, ,$(entry))))
	rm -rf $(addprefix $(DESTDIR),$(DOCUMENTS) $(SHARED) $(COLLECTIONS)/$(COLLECTION))
	test ! -d $(dir $(DESTDIR)$(DROP_IN)) || rmdir --ignore-fail-on-non-empty $(dir $(DESTDIR)$(DROP_IN))

.PHONY: clean
clean: ## removes everything that was built
	rm -rf $(BUILD)

include packaging/packages.mk
# A package's source has no tests.
-include tests/tests.mk

.PHONY: help
help: ## prints this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
