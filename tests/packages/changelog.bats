#!/usr/bin/env bats
# CHANGELOG.md, and its part in the packages.

# shellcheck source=tests/packages/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

CHANGELOG=$REPOSITORY/CHANGELOG.md

@test "it keeps the conventions of Keep a Changelog: Unreleased, then versions with their dates, the newest first" {
    local releases dates
    [ "$(grep --max-count=1 '^## ' "$CHANGELOG")" = '## Unreleased' ]
    releases=$(sed -n '/^## Unreleased$/d; s/^## //p' "$CHANGELOG")
    dates=$(cut -d ' ' -f 3 <<<"$releases")
    diff <(grep -xE '[0-9]+\.[0-9]+\.[0-9]+ - [0-9-]+' <<<"$releases") - <<<"$releases"
    diff <(sort --version-sort --reverse <<<"$releases") - <<<"$releases"
    diff <(date --file=<(echo "$dates") +%F) - <<<"$dates"
    diff <(grep '^###' "$CHANGELOG") <(grep -xE '### (Added|Changed|Deprecated|Removed|Fixed|Security)' "$CHANGELOG")
}

@test "it has this version" {
    grep -E "^## ${VERSION//./\\.} - " "$CHANGELOG"
}

# make_source: with the changelog on standard input. Unpacks it in the current directory.
make_source() {
    [ -d source ] || copy_source "$PWD/source"
    cat >source/CHANGELOG.md
    source/packaging/make-source "$VERSION" source.tar.gz
    tar --extract --strip-components=1 --file=source.tar.gz
}

@test "a package has the changes of the newest section that has any" {
    cd "$BATS_TEST_TMPDIR"
    make_source <<-END
		# Changelog

		## Unreleased

		## 1.1.0 - 2027-01-02

		Words.

		### Fixed

		- One thing,
		  at 100%.

		## 1.0.0 - 2026-11-28

		### Added

		- Another.
	END
    diff <(sed '1d; /^ --/d; /^$/d' debian/changelog) <(printf '%s\n' '  [ Fixed ]' '  * One thing,' '    at 100%.')
    diff <(sed '1,/^%changelog/d' glusterd-srcaddr.spec | sed 1d) <(printf '%s\n' '[ Fixed ]' '- One thing,' '  at 100%%.')

    make_source <<-END
		## Unreleased

		### Security

		- A third.

		## 1.1.0 - 2027-01-02

		### Fixed

		- One thing.
	END
    diff <(sed '1d; /^ --/d; /^$/d' debian/changelog) <(printf '%s\n' '  [ Security ]' '  * A third.')
}
