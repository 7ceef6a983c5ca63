from automation.image_build import PackageSources, package_sources

LISTING = """\
:env:.default-timeout='180'
:env:.find-links='/srv/wheels'
global.cert='/etc/ssl/certs/own.crt'
global.extra-index-url='file:///srv/one/simple file:///srv/two/simple'
global.find-links='/srv/older'
user.constraint='/etc/constraints.txt'
"""


def test_a_build_finds_packages_where_pip_finds_them_here() -> None:
    sources = package_sources(LISTING)

    assert sources.are_own
    assert sources.certificates == "/etc/ssl/certs/own.crt"
    assert set(sources.folders) == {"/srv/wheels", "/srv/one", "/srv/two"}
    assert "find-links = /srv/wheels\n" in sources.pip_conf()


def test_settings_that_are_not_about_sources_stay_here() -> None:
    text = package_sources(LISTING).pip_conf()

    assert "constraint" not in text
    assert "cert" not in text


def test_certificates_are_named_where_the_build_finds_them() -> None:
    text = package_sources(LISTING).pip_conf("/run/secrets/certificates")

    assert text.splitlines()[0] == "[global]"
    assert "cert = /run/secrets/certificates" in text


def test_an_index_on_the_network_is_no_folder() -> None:
    sources = package_sources("global.index-url='https://packages.example/simple'\n")

    assert sources == PackageSources({"index-url": "https://packages.example/simple"})
    assert sources.are_own


def test_without_settings_everything_is_as_pip_has_it() -> None:
    sources = package_sources("")

    assert not sources.are_own
    assert sources.pip_conf() == "[global]\n"
