# glusterd-srcaddr. Start with: sudo make demo, sudo make check, sudo make install. make help lists the targets.

CFLAGS  ?= -O2 -g
PREFIX  ?= /usr
BUILD   ?= build
DESTDIR ?=

# Here alone: packages and the command have it from here.
VERSION := 1.0.0

# Where ld.so looks by itself, and under secure execution too: the multiarch directory, or that of the distribution.
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
LIBDIR    ?= $(PREFIX)/$(if $(MULTIARCH),lib/$(MULTIARCH),$(if $(wildcard /usr/lib64),lib64,lib))
MANDIR    ?= $(PREFIX)/share/man

NAME    := libglusterd-srcaddr.so
LIBRARY := $(BUILD)/$(NAME)
COMMAND := $(BUILD)/glusterd-srcaddr
# Not for an instrumented library, which is for the test programs alone and needs the libraries of its instrument.
CHECK_OBJECT := preload/check-object
# Those with large arrays, of which most processes never write to any, last: all other variables are then on one page.
LARGE   := socket/learned socket/sockopt base/limit
PRELOAD := $(patsubst preload/%.c,%,$(wildcard preload/*.c preload/*/*.c))
OBJECTS := $(patsubst %,$(BUILD)/preload/%.o,$(filter-out $(LARGE),$(PRELOAD)) $(LARGE))
TOOL    := $(patsubst tool/%.c,$(BUILD)/tool/%.o,$(wildcard tool/*.c tool/*/*.c))
# For the command and the unit tests, but for what a program must not have instead of the C library's.
ARCHIVE := $(BUILD)/preload.a
OWN     := bind connect getsockname listen base/string
TOOL_ARCHIVE := $(BUILD)/tool.a

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
COMPILE  = $(CC) -std=gnu11 $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -fno-lto
# libdl.so.2 by its full name: newer systems have it for old programs only, with nothing in it and no libdl.so. Start files
# look up four functions for C++ and profilers, in every process.
LINK     = $(CC) -shared -nostartfiles $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(NAME) -Wl,--version-script,preload/exports.map \
           -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--no-as-needed
# Tables are libsmartcols' alone: before 2.33, as on EL8, it prints numbers in JSON as strings.
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

# Changes only when the command does, so that make CC=musl-gcc after make builds all anew.
$(BUILD)/command: FORCE
	@mkdir -p $(@D); echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' >$@
FORCE:

# A compiler that knows strlen(3) would make calls of it of its own loops.
$(BUILD)/preload/base/string.o: private CFLAGS += -O3 -ffreestanding $(call supported,-fno-tree-loop-distribute-patterns)

# A build with an instrument may take some of the library's files from elsewhere.
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

# The limit of a frame is the library's, which lives on other people's stacks.
$(BUILD)/tool/%.o: tool/%.c $(BUILD)/command | tool-needs
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) $(TOOL_CFLAGS) -Wno-frame-larger-than -DVERSION='"$(VERSION)"' -fPIE -Ipreload -Itool -MMD -MP -c -o $@ $<

# A compiler says only that a header is missing.
tool-needs:
	@pkg-config --exists $(TOOL_NEEDS) || { \
	    echo 'libsmartcols or json-c is missing: make deps-build, or install libsmartcols-dev and libjson-c-dev (Debian), libsmartcols-devel and json-c-devel (Enterprise Linux).' >&2; \
	    exit 1; }

-include $(OBJECTS:.o=.d) $(TOOL:.o=.d)

# What is installed: mode:file:place. The mode of the library is for secure execution, under which ld.so preloads no other:
# ld.so(8), LD_PRELOAD. make COMMAND= does without the command and what calls it, and then glusterd must not ask for it.
UNITS     := $(PREFIX)/lib/systemd/system
DROP_IN   := $(UNITS)/glusterd.service.d/50-srcaddr.conf
DOCUMENTS := $(PREFIX)/share/doc/glusterd-srcaddr
SHARED    := $(PREFIX)/share/glusterd-srcaddr
METRICS_UNITS := glusterd-srcaddr-metrics.service glusterd-srcaddr-metrics.timer
# Where mount(8) looks for helpers, whatever PREFIX is: /sbin, or what that is a link to.
HELPERS   ?= $(realpath /sbin)
HELPER    := $(HELPERS)/mount.glusterfs-srcaddr
# Where Ansible looks for collections by itself, with PREFIX=/usr.
COLLECTIONS := $(PREFIX)/share/ansible/collections
COLLECTION  := ansible_collections/glusterd_srcaddr/glusterd_srcaddr
# For a logrotate that knows ignoreduplicates, as from 3.21 on. make LOGROTATE= does without.
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

# Under a name of its own first: running daemons have the old library mapped, which a rename leaves to them.
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
uninstall: ## removes that again
	rm -f $(foreach entry,$(INSTALLED),$(DESTDIR)$(lastword $(subst :, ,$(entry))))
	rm -rf $(addprefix $(DESTDIR),$(DOCUMENTS) $(SHARED) $(COLLECTIONS)/$(COLLECTION))
	test ! -d $(dir $(DESTDIR)$(DROP_IN)) || rmdir --ignore-fail-on-non-empty $(dir $(DESTDIR)$(DROP_IN))

.PHONY: clean
clean: ## removes all that was built
	rm -rf $(BUILD)

include packaging/packages.mk
# A package is built without the tests.
-include tests/tests.mk

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
