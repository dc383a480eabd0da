# Tests, measurements and linters.

# Packages that the tests need: packaging/packages.mk installs them.
DEMO_PACKAGES  := gcc libc6-dev binutils iproute2 mount util-linux procps glusterfs-server glusterfs-client
MATRIX_PACKAGES := gcc-aarch64-linux-gnu libelf-dev musl-tools qemu-user
# For GlusterFS's own tests.
UPSTREAM_PACKAGES := $(DEMO_PACKAGES) attr bats psmisc uuid-runtime
CHECK_PACKAGES := $(DEMO_PACKAGES) bash-completion bats bpftool clang curl diffoscope-minimal fio gcovr git jq libcap2-bin libclang-rt-dev \
                  libcmocka-dev linux-libc-dev logrotate nftables openssh-client python3-jsonschema python3-prometheus-client qemu-block-extra qemu-utils rsync rpmlint strace tcpdump valgrind lintian mmdebstrap systemd-container \
                  $(DEB_PACKAGES) $(RPM_PACKAGES) $(MATRIX_PACKAGES) $(UPSTREAM_PACKAGES)
LINT_PACKAGES  := $(CHECK_PACKAGES) ansible-lint clang-format clang-tidy cppcheck mandoc shellcheck yamllint
# To build the package, boot machines and roll out.
FLEET_PACKAGES := $(DEMO_PACKAGES) $(DEB_PACKAGES) ansible-core bats mmdebstrap openssh-client systemd-container
# To boot virtual machines and build packages for them.
VM_PACKAGES    := bats debvm gcc iproute2 jq libc6-dev mmdebstrap openssh-client pkg-config procps qemu-system-x86 tcpdump $(DEB_PACKAGES)
# Libraries to compare with, and tools to measure with.
BENCH_PACKAGES := $(DEMO_PACKAGES) bsdextrautils fio gnuplot-nox jq libsocket-wrapper proxychains4 strace torsocks valgrind

.PHONY: deps deps-lint deps-demo deps-bench deps-upstream deps-fleet deps-vm
deps: ## installs what make check needs
	@$(call install-missing,$(CHECK_PACKAGES))
deps-lint:
	@$(call install-missing,$(LINT_PACKAGES))
deps-demo:
	@$(call install-missing,$(DEMO_PACKAGES))
deps-bench:
	@$(call install-missing,$(BENCH_PACKAGES))
deps-upstream:
	@$(call install-missing,$(UPSTREAM_PACKAGES))
deps-fleet:
	@$(call install-missing,$(FLEET_PACKAGES))
deps-vm:
	@$(call install-missing,$(VM_PACKAGES))

# A new make after the packages: this one has already looked for the compiler.
.PHONY: demo
demo: deps-demo ## shows the bug and the fix on two hosts
	@$(MAKE) --no-print-directory --silent $(LIBRARY)
	@tests/sandbox tests/cluster/demo

# Two at a time, because most tests mostly wait. Without Debian 11: its archive loses files, so it is not always available.
SIDE_BY_SIDE := -j 2 --output-sync=target
.PHONY: check
check: deps ## runs the tests: half an hour
	@$(MAKE) --no-print-directory $(SIDE_BY_SIDE) check-build check-unit fuzz check-socket check-faults check-tool check-bench \
	    check-sanitizers check-tsan check-valgrind coverage check-cluster check-upstream-quick check-packages check-systemd \
	    check-matrix WITHOUT=bullseye

# check and everything else: other releases, kernels, whole machines, many hosts. Goes on after a failure, and fails at the end.
# Name a release that is not available here: make check-all WITHOUT=bullseye
.PHONY: check-all
check-all: ## runs all tests, also of other kernels, whole machines and many hosts
	@$(MAKE) --no-print-directory --keep-going lint check check-matrix check-upstream check-fleet check-kernels check-selinux check-machines

# Between two edits: lints what changed since the last commit, and tests most of what can go wrong.
.PHONY: quick check-main
quick: ## runs the main tests, and lints what has changed
	@$(MAKE) --no-print-directory $(SIDE_BY_SIDE) all unit-programs socket-programs
	@$(MAKE) --no-print-directory $(SIDE_BY_SIDE) check-unit check-main lint-changed
check-main: $(LIBRARY) socket-programs
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) \
	    bats tests/socket/sources.bats tests/socket/moves.bats tests/socket/choices.bats

.PHONY: check-fresh
TARGETS := demo check
check-fresh: ## runs TARGETS on a newly installed Debian: RELEASE=trixie
	@$(call install-missing,mmdebstrap git)
	tests/fresh $(RELEASE) $(abspath $(BUILD)/fresh) $(TARGETS)

SOURCES := $(wildcard preload/*.[ch] preload/*/*.[ch] tool/*.[ch] tool/*/*.[ch] tests/unit/*.h tests/unit/*/*.c tests/fuzz/*.[ch] tests/socket/*.[ch] tests/guarded/*/*.[ch] tests/matrix/*.[ch] tests/bench/*.c)
SCRIPTS := preload/check-object tests/sandbox tests/in-sandbox tests/build-root tests/fresh tests/rooms tests/sanitized tests/fuzz/fuzz.bats .ci/run \
           $(filter-out %.c %.h %.gp %.md %.yml %.network %.cil %/missing %/results,$(wildcard $(addprefix tests/,$(addsuffix /*,bench build socket faults tool valgrind cluster upstream packages systemd fleet vm matrix)))) \
           packaging/make-source packaging/mount.glusterfs-srcaddr packaging/completion/glusterd-srcaddr $(wildcard packaging/deb/*.post* packaging/deb/*.prerm)

# For developers: a user's check must not depend on linters. gcc's analyzer runs only on what is shipped: tests omit
# checks that it demands. In gcc 14 it takes the result of dup2(2) for a new descriptor that leaks.
.PHONY: lint run-lint lint-files lint-changed lint-ansible format
lint: deps-lint ## runs compilers with warnings, and linters
	@$(MAKE) --no-print-directory run-lint
run-lint: lint-files
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/lint WERROR=-Werror CC=gcc ANALYZER='-fanalyzer -Wno-analyzer-fd-leak' all test-programs bench-programs
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/lint-clang WERROR=-Werror CC=clang all test-programs bench-programs fuzzers
	@$(MAKE) --no-print-directory lint-ansible
$(BUILD)/preload/%.o $(BUILD)/tool/%.o: CFLAGS += $(ANALYZER)
MANUALS := $(wildcard docs/*.5 docs/*.8)
lint-files:
	@echo rooms; tests/rooms
	@echo clang-format; printf '%s\n' $(SOURCES) | xargs -r clang-format --dry-run --Werror
	@echo clang-tidy; printf '%s\n' $(filter %.c,$(SOURCES)) | xargs -r -P 2 -n 1 \
	    sh -c 'clang-tidy --quiet "$$0" -- -std=gnu11 -D_GNU_SOURCE -Ipreload -Itool $(patsubst -I%,-isystem%,$(TOOL_CFLAGS)) -DVERSION=\"\" 2>/dev/null'
	@echo cppcheck; printf '%s\n' $(filter preload/%.c tool/%.c,$(SOURCES)) | xargs -r cppcheck --quiet --error-exitcode=1 \
	    --enable=warning,style,performance,portability --std=c11 \
	    -D_GNU_SOURCE -D__LP64__ -D__GLIBC__ -D__x86_64__ --suppress=knownConditionTrueFalse \
	    --suppress=normalCheckLevelMaxBranches --suppress=constParameter --suppress=constParameterPointer \
	    --suppress=constParameterCallback -Ipreload -Itool -DVERSION=\"\"
	@echo shellcheck; printf '%s\n' $(SCRIPTS) | xargs -r shellcheck --external-sources
	@echo mandoc; printf '%s\n' $(MANUALS) | xargs -r mandoc -Tlint -W warning
CHANGED = $(shell git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard)
lint-changed:
	@$(MAKE) --no-print-directory lint-files SOURCES='$(filter $(CHANGED),$(SOURCES))' SCRIPTS='$(filter $(CHANGED),$(SCRIPTS))' \
	    MANUALS='$(filter $(CHANGED),$(MANUALS))'

# Playbooks use the role's full name, so the linter gets the collection where Ansible looks for it. It must not find the repository
# around it, which ignores what is built.
LINTED := $(BUILD)/lint-ansible
lint-ansible:
	@rm -rf $(LINTED); mkdir -p $(LINTED)/$(COLLECTION); cp -r packaging/ansible/. $(LINTED)/$(COLLECTION)
	@echo yamllint; cd $(LINTED)/$(COLLECTION) && yamllint --strict .
	@echo ansible-lint; cd $(LINTED)/$(COLLECTION) && HOME=$(abspath $(LINTED)) ANSIBLE_COLLECTIONS_PATH=$(abspath $(LINTED)) \
	    GIT_CEILING_DIRECTORIES=$(abspath $(LINTED)) ansible-lint --offline -q

format: ## formats the sources
	clang-format -i $(SOURCES)

# QEMU is the qemu-user that runs programs for another architecture.
UNIT_TESTS      := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c))
SOCKET_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/socket/*.c))
FLOOR           := $(BUILD)/tests/matrix/floor

.PHONY: test-programs unit-programs socket-programs
test-programs: unit-programs socket-programs $(FLOOR)
unit-programs: $(UNIT_TESTS)
socket-programs: $(SOCKET_PROGRAMS)

# Tests replace some of the C library's functions, which its fortified headers don't allow.
$(BUILD)/tests/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) tests/socket/meddle.h $(TOOL_ARCHIVE) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -U_FORTIFY_SOURCE $(if $(QEMU),-DEMULATED) -Ipreload -Itool -pthread -o $@ $< $(TOOL_ARCHIVE) $(ARCHIVE) -lcmocka $(TOOL_LIBS) $(LIBS)

$(BUILD)/tests/socket/%: tests/socket/%.c $(wildcard tests/socket/*.h)
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -pthread -o $@ $<

BENCH_PROGRAMS := $(addprefix $(BUILD)/tests/bench/,caller pairs rules empty.so still.so nothing.so)

# Only rules is linked with the library's objects.
.PHONY: bench-programs
bench-programs: $(BENCH_PROGRAMS)
$(BUILD)/tests/bench/rules: tests/bench/rules.c $(ARCHIVE)
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -Wno-frame-larger-than -Ipreload -o $@ $< $(ARCHIVE) $(LIBS)
$(BUILD)/tests/bench/%.so: tests/bench/%.c
	@mkdir -p $(@D)
	$(call QUIET,LD)$(COMPILE) -fPIC -shared -o $@ $< $(LIBS)
$(BUILD)/tests/bench/nothing.so:
	@mkdir -p $(@D)
	$(call QUIET,LD)$(CC) -shared -o $@ -x c /dev/null
$(BUILD)/tests/bench/%: tests/bench/%.c tests/socket/testing.h
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -pthread -o $@ $<

BENCH := tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) \
         SRCADDR_BENCH=$(abspath $(BUILD)/tests/bench)

.PHONY: check-bench
check-bench: $(LIBRARY) socket-programs bench-programs
	$(BENCH) bats tests/bench

# Results go to tests/bench/results. A new make after the packages, as for demo.
.PHONY: bench bench-growth bench-cluster bench-report run-bench run-bench-growth run-bench-cluster record-machine
bench bench-growth bench-cluster: deps-bench
	@$(MAKE) --no-print-directory run-$@
run-bench run-bench-growth run-bench-cluster: record-machine $(LIBRARY) socket-programs bench-programs
record-machine:
	tests/bench/machine
run-bench:
	$(BENCH) tests/bench/connects $(abspath $(OTHERS))
	$(BENCH) tests/bench/sizes
	$(BENCH) tests/bench/processes
	@tests/bench/show
run-bench-growth:
	$(BENCH) tests/bench/growth
	$(BENCH) tests/bench/clusters
run-bench-cluster:
	$(BENCH) tests/bench/volumes
bench-report: deps-bench
	tests/bench/report

FUZZERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*.c))

.PHONY: fuzzers
fuzzers: $(FUZZERS)
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(TOOL_ARCHIVE) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -fsanitize=fuzzer -Ipreload -Itool -o $@ $< $(TOOL_ARCHIVE) $(ARCHIVE) $(TOOL_LIBS) $(LIBS)

# Runs of each parser, with the same inputs every time. A long run: make fuzz RUNS=20000000
RUNS        := 200000
FUZZ_CFLAGS := -O2 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
               -U_FORTIFY_SOURCE -Wno-frame-larger-than

.PHONY: fuzz
fuzz: ## fuzzes the parsers: RUNS=20000000
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang CFLAGS='$(FUZZ_CFLAGS)' fuzzers
	tests/sandbox env SRCADDR_FUZZERS=$(abspath $(BUILD)/fuzz/tests/fuzz) SRCADDR_RUNS=$(RUNS) bats tests/fuzz

$(FLOOR): tests/matrix/floor.c
	@mkdir -p $(@D)
	$(call QUIET,CC)$(COMPILE) -o $@ $< -lelf

# Extracted, not installed: this machine would start their servers. From the first package that exists: Debian 12 has promtool in
# the second.
NGINX    := $(BUILD)/nginx/usr/sbin/nginx
PROMTOOL := $(BUILD)/promtool/usr/bin/promtool
%/usr/sbin/nginx: PACKAGES = nginx
%/usr/bin/promtool: PACKAGES = promtool prometheus
$(NGINX) $(PROMTOOL): DIRECTORY = $(abspath $(dir $@)/../..)
$(NGINX) $(PROMTOOL):
	@rm -rf $(DIRECTORY); mkdir -p $(DIRECTORY)
	apt-get update
	cd $(DIRECTORY) && for package in $(PACKAGES); do apt-get -o APT::Sandbox::User=root download $$package && break; done && \
	    dpkg-deb --extract *.deb .

.PHONY: check-build check-unit check-socket check-faults check-threads check-tool check-cluster
check-build: $(LIBRARY) socket-programs
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) bats $(FILTER) tests/build
check-unit: $(UNIT_TESTS)
	@for test in $(UNIT_TESTS); do tests/sandbox $(QEMU) $$test || exit 1; done
check-socket: $(LIBRARY) socket-programs $(NGINX)
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) SRCADDR_QEMU=$(QEMU) \
	    SRCADDR_NGINX=$(abspath $(NGINX)) bats $(FILTER) tests/socket
check-threads: $(LIBRARY) socket-programs
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) \
	    bats --filter-tags threads tests/socket
check-faults: $(LIBRARY) socket-programs
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) bats tests/faults
check-tool: $(LIBRARY) $(COMMAND) socket-programs $(PROMTOOL)
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) \
	    SRCADDR_COMMAND=$(abspath $(COMMAND)) SRCADDR_PROMTOOL=$(abspath $(PROMTOOL)) bats $(FILTER) tests/tool
check-cluster: $(LIBRARY) $(COMMAND)
	tests/systemd/own-cgroup tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_COMMAND=$(abspath $(COMMAND)) bats tests/cluster

# GlusterFS's own cluster tests. A new make after the packages, as for demo.
UPSTREAM     := $(BUILD)/upstream
RUN_UPSTREAM  = tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_UPSTREAM=$(abspath $(UPSTREAM))

.PHONY: check-upstream check-upstream-quick run-check-upstream fetch-upstream upstream-report
check-upstream: deps-upstream
	@$(MAKE) --no-print-directory run-check-upstream
run-check-upstream: $(LIBRARY) fetch-upstream
	$(RUN_UPSTREAM) tests/upstream/all
check-upstream-quick: $(LIBRARY) fetch-upstream
	$(RUN_UPSTREAM) bats tests/upstream
fetch-upstream:
	tests/upstream/fetch $(UPSTREAM)
upstream-report:
	tests/upstream/report >docs/upstream-tests.md.new
	mv docs/upstream-tests.md.new docs/upstream-tests.md

# make trouble MINUTES=60 SEED=1: longer than in make check. The same seed gives the same troubles.
MINUTES ?= 10
.PHONY: trouble
trouble: $(LIBRARY) ## tests a cluster in trouble: MINUTES=60 SEED=1
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_TROUBLE_SECONDS=$$(($(MINUTES) * 60)) \
	    $(if $(SEED),SRCADDR_SEED=$(SEED)) bats tests/cluster/trouble.bats

# Takes some minutes. check-socket has a short one.
.PHONY: soak
soak: $(LIBRARY) socket-programs ## makes a million connects
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/tests/socket) SRCADDR_SOAK=1000000 \
	    bats --show-output-of-passing-tests --filter-tags soak tests/socket/soak.bats

# The same tests with instruments, each in its own build: $(call instrumented,NAME,FLAGS). Without tests tagged exact: they inspect
# what is built, count system calls or memory, which an instrument adds to, or take away what it needs.
instrumented = $(MAKE) --no-print-directory BUILD=$(BUILD)/$(1) CHECK_OBJECT=true NGINX= PROMTOOL=$(PROMTOOL) FILTER='--filter-tags !exact' \
    CFLAGS='-O1 -g -U_FORTIFY_SOURCE $(2)'

.PHONY: check-sanitizers check-tsan
SANITIZE := -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
check-sanitizers: INSTRUMENTED = $(call instrumented,sanitizers,$(SANITIZE)) INSTEAD=tests/guarded
check-sanitizers:
	+@$(INSTRUMENTED) all test-programs
	+tests/sanitized $(BUILD)/sanitizers/reports $(INSTRUMENTED) check-unit check-socket check-tool
# Only tests with threads. Older ThreadSanitizers don't work with the address randomization of some kernels.
check-tsan: INSTRUMENTED = $(call instrumented,tsan,-fno-omit-frame-pointer -fsanitize=thread)
check-tsan:
	+@$(INSTRUMENTED) $(BUILD)/tsan/$(NAME) socket-programs
	+tests/sanitized $(BUILD)/tsan/reports setarch --addr-no-randomize $(INSTRUMENTED) check-threads

.PHONY: check-valgrind
check-valgrind: INSTRUMENTED = $(call instrumented,valgrind) INSTEAD=tests/guarded
check-valgrind:
	+@$(INSTRUMENTED) $(BUILD)/valgrind/$(NAME) test-programs
	tests/sandbox env SRCADDR_LIBRARY=$(abspath $(BUILD)/valgrind/$(NAME)) SRCADDR_PROGRAMS=$(abspath $(BUILD)/valgrind/tests/socket) \
	    SRCADDR_UNIT_TESTS=$(abspath $(BUILD)/valgrind/tests/unit) bats tests/valgrind

# Counter files are made beforehand, for processes that can't create them. gcovr fails to parse calls that did not return, such as
# exit, which don't matter.
COVERAGE_FLOOR := 95
coverage = gcovr --root . --gcov-ignore-parse-errors --filter $(1) --print-summary $(2) $(BUILD)/coverage \
    2>$(BUILD)/coverage/errors || { tail -n 1 $(BUILD)/coverage/errors >&2; exit 1; }
.PHONY: coverage
coverage: INSTRUMENTED = $(call instrumented,coverage,-O0 --coverage -fprofile-update=atomic)
coverage: ## measures what the tests cover
	+@$(INSTRUMENTED) all test-programs
	@find $(BUILD)/coverage -name '*.gcda' -delete
	@$(BUILD)/coverage/glusterd-srcaddr --help >/dev/null; LD_PRELOAD=$(BUILD)/coverage/$(NAME) env true; \
	    find $(BUILD)/coverage -name '*.gcda' -exec chmod a+w {} +
	+$(INSTRUMENTED) check-unit check-build check-socket check-tool
	@$(call coverage,tool/)
	@$(call coverage,preload/,--fail-under-line $(COVERAGE_FLOOR))

# Root directories of Debian releases. Packages are tested in this machine's release.
ROOTS    := $(BUILD)/roots
RELEASES := $(filter-out $(WITHOUT),bullseye bookworm trixie)
RELEASE   = $(shell . /etc/os-release && echo "$$VERSION_CODENAME")

$(ROOTS)/arm64-%: FORCE
	tests/build-root arm64 $* $@
$(ROOTS)/amd64-%: FORCE
	tests/build-root amd64 $* $@
$(ROOTS)/builder-%: FORCE
	tests/build-root builder $* $@
$(ROOTS)/fleet-%: FORCE
	tests/build-root fleet $* $@
$(ROOTS)/%: FORCE
	tests/build-root machine $* $@

# Packages to upgrade from and to go back to, built from the last commit with that version in the repository's history. They
# are kept.
PREVIOUS := $(BUILD)/previous
$(PREVIOUS):
	@rm -rf $@.new; mkdir -p $@.new
	git archive "$$(git log --max-count=1 --format=%H -S'VERSION := 0.1.0' -- Makefile)^" | tar --extract --directory=$@.new
	$(ALONE) $(MAKE) -C $@.new deb rpm
	mv $@.new $@

.PHONY: check-packages
check-packages: $(LIBRARY) $(COMMAND) dist $(PREVIOUS) $(ROOTS)/$(RELEASE)
	tests/sandbox env SRCADDR_BUILD=$(abspath $(BUILD)) SRCADDR_PREVIOUS=$(abspath $(PREVIOUS)/build) \
	    SRCADDR_ROOT=$(abspath $(ROOTS)/$(RELEASE)) bats tests/packages

.PHONY: check-systemd
check-systemd: $(LIBRARY) deb $(PREVIOUS) $(ROOTS)/$(RELEASE)
	tests/systemd/own-cgroup tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_ROOT=$(abspath $(ROOTS)/$(RELEASE)) \
	    SRCADDR_PREVIOUS="$$(realpath $(PREVIOUS)/build/glusterd-srcaddr_*.deb)" SRCADDR_PACKAGE="$$(realpath $(BUILD)/glusterd-srcaddr_$(VERSION)_*.deb)" bats tests/systemd

# Ansible's roll-out over booted machines. make fleet HOSTS=16 measures how long it takes.
.PHONY: check-fleet run-check-fleet fleet run-fleet
HOSTS ?= 16
RUN_FLEET = tests/systemd/own-cgroup tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) \
    SRCADDR_ROOT=$(abspath $(ROOTS)/fleet-$(RELEASE)) SRCADDR_PACKAGE="$$(realpath $(BUILD)/glusterd-srcaddr_$(VERSION)_*.deb)"
check-fleet fleet: deps-fleet
	@$(MAKE) --no-print-directory run-$@
run-check-fleet run-fleet: $(LIBRARY) deb $(ROOTS)/fleet-$(RELEASE)
run-check-fleet:
	$(RUN_FLEET) bats tests/fleet
run-fleet:
	$(RUN_FLEET) tests/fleet/measure $(HOSTS)

# Virtual machines, each with a Debian release's own kernel. An image takes a minute or two to build, and is kept.
IMAGES  := $(BUILD)/vm
KERNELS := $(filter-out $(WITHOUT),bullseye bookworm trixie sid)
OLDEST  := $(firstword $(KERNELS))

$(IMAGES)/selinux.ext4: FORCE
	tests/vm/build-image selinux bookworm $@
$(IMAGES)/%.ext4: FORCE
	tests/vm/build-image plain $* $@

# Programs built for the oldest release run on all.
.PHONY: check-kernels check-kernel-% kernel-programs
check-kernels: deps-vm ## tests other kernels, in virtual machines
	@$(MAKE) --no-print-directory $(LIBRARY) kernel-programs
	@$(MAKE) --no-print-directory --keep-going $(SIDE_BY_SIDE) $(KERNELS:%=check-kernel-%)
check-kernel-%: $(IMAGES)/%.ext4
	tests/sandbox tests/vm/kernel $* $(IMAGES)/$*.ext4 $(BUILD)/kernels
kernel-programs: SYSROOT = $(abspath $(ROOTS)/amd64-$(OLDEST))
kernel-programs: $(ROOTS)/amd64-$(OLDEST)
	@PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(MULTIARCH)/pkgconfig \
	    $(MAKE) --no-print-directory BUILD=$(BUILD)/kernels CC='gcc --sysroot=$(SYSROOT) $(patsubst %,-B$(SYSROOT)/%/$(MULTIARCH),usr/lib lib)' all unit-programs socket-programs

# Debian 12's SELinux policy, enforcing, with glusterd in its domain. Takes some minutes.
.PHONY: check-selinux run-check-selinux
check-selinux: deps-vm ## tests under an enforcing SELinux policy
	@$(MAKE) --no-print-directory run-check-selinux
run-check-selinux: deb $(IMAGES)/selinux.ext4
	tests/sandbox env SRCADDR_IMAGE=$(abspath $(IMAGES)/selinux.ext4) \
	    SRCADDR_PACKAGE="$$(realpath $(BUILD)/glusterd-srcaddr_$(VERSION)_*.deb)" bats tests/vm/selinux.bats

# Two virtual machines in one network, with GlusterFS 10.3 and 11.1, each with the package built in its release.
MACHINES := bookworm trixie
.PHONY: check-machines run-check-machines
check-machines: deps-vm ## tests two virtual machines in one cluster
	@$(MAKE) --no-print-directory run-check-machines
run-check-machines: $(MACHINES:%=$(IMAGES)/%.ext4) $(MACHINES:%=package-%) $(MACHINES:%=previous-package-%)
	tests/sandbox env SRCADDR_IMAGES=$(abspath $(IMAGES)) SRCADDR_PACKAGES=$(abspath $(BUILD)/packages) bats tests/vm/machines.bats
package-%: $(ROOTS)/builder-% $(TARBALL)
	tests/sandbox tests/vm/build-package $(ROOTS)/builder-$* $(TARBALL) $(BUILD)/packages/$*
previous-package-%: $(ROOTS)/builder-% $(PREVIOUS)
	tests/sandbox tests/vm/build-package $(ROOTS)/builder-$* $(PREVIOUS)/build/glusterd-srcaddr-0.1.0.tar.gz $(BUILD)/packages/previous/$*

# Other systems: this library in other Debian releases, and builds for another C library and another architecture.
.PHONY: check-matrix check-musl check-aarch64 roots
check-matrix: $(LIBRARY) $(FLOOR) roots check-musl check-aarch64 ## tests other releases, musl and aarch64
	@for release in $(RELEASES); do \
	    echo "Debian $$release"; \
	    tests/sandbox env SRCADDR_LIBRARY=$(abspath $(LIBRARY)) SRCADDR_ROOT=$(abspath $(ROOTS))/$$release \
	        bats --filter-tags '!command' tests/cluster/two-hosts.bats tests/cluster/bind-address.bats || exit; \
	done
	tests/sandbox env SRCADDR_BUILD=$(abspath $(BUILD)) SRCADDR_RELEASES='$(RELEASES)' bats tests/matrix
# Says how to do without a release that is not available.
roots:
	@status=0; for release in $(RELEASES); do \
	    $(MAKE) --no-print-directory $(ROOTS)/$$release || \
	        { status=1; echo "Debian $$release can't be had; make check-matrix WITHOUT=$$release does without it." >&2; }; \
	done; exit $$status
check-musl:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/musl CC=musl-gcc NGINX= FILTER='--filter-tags !glibc' check-socket
check-aarch64: SYSROOT = $(abspath $(ROOTS)/arm64-$(RELEASE))
check-aarch64: $(ROOTS)/arm64-$(RELEASE)
	@PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/aarch64-linux-gnu/pkgconfig QEMU_LD_PREFIX=$(SYSROOT) \
	    $(MAKE) --no-print-directory BUILD=$(BUILD)/aarch64 CC='aarch64-linux-gnu-gcc --sysroot=$(SYSROOT)' QEMU=qemu-aarch64 NGINX= \
	    FILTER='--filter-tags !native' check-unit check-socket
