# glusterd-srcaddr. Start with: sudo make demo, sudo make check, sudo make install

CC      ?= gcc
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
COMPILE  = $(CC) -std=gnu11 $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS)
# libdl.so.2 by its full name: newer systems have it for old programs only, with nothing in it and no libdl.so.
LINK     = $(CC) -shared $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(NAME) -Wl,--version-script,preload/exports.map \
           -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--no-as-needed
LIBS    := $(if $(IS_GLIBC),-l:libdl.so.2)

.PHONY: all
all: $(LIBRARY)

$(LIBRARY): $(OBJECTS) preload/exports.map preload/check-object
	$(LINK) -o $@.new $(OBJECTS) $(LIBS)
	preload/check-object $@.new
	mv $@.new $@

$(BUILD)/preload/%.o: preload/%.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)

.PHONY: clean
clean:
	rm -rf $(BUILD)
