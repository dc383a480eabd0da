# This project's packages, and Debian packages to install, by name and with apt-get. Nothing is done if all are there.
BUILD_PACKAGES := gcc libc6-dev libjson-c-dev libsmartcols-dev pkg-config
DEB_PACKAGES   := build-essential debhelper libjson-c-dev libsmartcols-dev pkg-config
RPM_PACKAGES   := $(BUILD_PACKAGES) rpm

define install-missing
missing=$$(for package in $(1); do \
        dpkg-query --show --showformat='$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || echo $$package; \
    done); \
[ -z "$$missing" ] || { apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $$missing; }
endef

.PHONY: deps-build deps-deb deps-rpm
deps-build: ## installs what make itself needs
	@$(call install-missing,$(BUILD_PACKAGES))
deps-deb:
	@$(call install-missing,$(DEB_PACKAGES))
deps-rpm:
	@$(call install-missing,$(RPM_PACKAGES))

# A package's make must not inherit this one's variables.
TARBALL := $(BUILD)/glusterd-srcaddr-$(VERSION).tar.gz
ALONE   := env $(addprefix -u ,MAKEFLAGS MFLAGS MAKELEVEL BUILD DESTDIR PREFIX LIBDIR MANDIR HELPERS)

$(TARBALL): FORCE
	@mkdir -p $(@D)
	packaging/make-source $(VERSION) $@

.PHONY: deb rpm
deb: deps-deb $(TARBALL) ## builds the Debian package
	@rm -rf $(BUILD)/deb $(BUILD)/*.deb; mkdir -p $(BUILD)/deb
	tar --extract --directory=$(BUILD)/deb --file=$(TARBALL)
	cd $(BUILD)/deb/glusterd-srcaddr-$(VERSION) && $(ALONE) dpkg-buildpackage --build=binary --no-sign
	cp $(BUILD)/deb/*.deb $(BUILD)/
# Debian's rpm has its own empty database, in HOME, and does not strip shared objects, or lacks the tools to. By default rpm
# writes the time, the host and the times of built files into the package.
IS_DEBIAN := $(wildcard /etc/debian_version)
REPRODUCIBLE := --define '_buildhost localhost' --define 'use_source_date_epoch_as_buildtime 1' \
                --define 'clamp_mtime_to_source_date_epoch 1'
rpm: $(if $(IS_DEBIAN),deps-rpm) $(TARBALL) ## builds the package for Enterprise Linux
	@rm -rf $(BUILD)/rpm $(BUILD)/*.rpm; mkdir -p $(BUILD)/rpm
	$(ALONE) HOME=$(abspath $(BUILD)/rpm) SOURCE_DATE_EPOCH=$$(stat --format=%Y $(TARBALL)) \
	    rpmbuild -tb --define '_tmppath %{getenv:HOME}' $(REPRODUCIBLE) \
	    $(if $(IS_DEBIAN),--nodeps --define 'optflags -O2' --define 'debug_package %{nil}') $(RPMFLAGS) $(TARBALL)
	cp $(BUILD)/rpm/rpmbuild/RPMS/*/*.rpm $(BUILD)/

# The same source, tools and SOURCE_DATE_EPOCH, by default the time of the last commit, give the same bytes.
DIST := $(BUILD)/dist
.PHONY: dist
dist: deb rpm ## builds a release: the source and the packages
	@rm -rf $(DIST); mkdir -p $(DIST)
	cp --preserve=timestamps $(TARBALL) $(BUILD)/deb/*.deb $(BUILD)/rpm/rpmbuild/RPMS/*/*.rpm $(DIST)
	@cd $(DIST) && sha256sum *
