"""Eight people who write at once, remember every answer, and send again what was cut off."""

import http.client
import io
import random
import re
import secrets
import threading
import time
from datetime import timedelta

from PIL import Image

from tests.bench.serving import TOKEN, Client
from tests.faults.places import PASSWORD, Register, Server
from tests.faults.told import Act, Counted, Told
from tests.fuzz.pages import read
from tracker.core import clock
from tracker.core.clock import shown_date

PEOPLE = 8
CUT = (OSError, http.client.HTTPException)
UPLOADS = 5
"""Every so manieth act is a file instead of a petition."""
TWICE = 4
"""Every so manieth petition is sent by a double click."""
BOUNDARY = "bien-gioi"
CODE = re.compile(r"KN-\d+-\d+")


class Writers:
    """They sign in once; a server that comes back knows them still."""

    def __init__(self, register: Register, server: Server, people: int = PEOPLE) -> None:
        self.register, self.told = register, Told()
        self.ports = [server.port]
        self.cookies: list[dict[str, str]] = []
        self.tokens: list[str] = []
        self.pause = threading.Event()
        self.threads: list[threading.Thread] = []
        self.lock = threading.Lock()
        self.people = people
        self.put_off_by = {503, 507}
        self.form = self._form(self.sign_in(server))
        self.petition = self._petition(server)

    def sign_in(self, server: Server) -> str:
        """Sign everybody in; give the page on which petitions are logged."""
        page, self.cookies, self.tokens = "", [], []
        for _ in range(self.people):
            client = Client(server.port)
            client.sign_in("canbo", PASSWORD)
            page = client.get("/petitions/new").body.decode()
            found = TOKEN.search(page)
            assert found
            self.tokens.append(found[1])
            self.cookies.append(client.cookies)
            client.close()
        return page

    def _form(self, page: str) -> list[tuple[str, str]]:
        forms, _ = read("/petitions/new", page)
        form = next(one for one in forms if any(f.name == "content" for f in one.fields))
        filled = []
        for one in form.fields:
            offered = [value for value in one.values if value]
            if one.kind in ("text", "textarea", "select", "hidden"):
                filled.append((one.name, offered[0] if offered else ""))
        # Nobody's file and nothing optional: what only some petitions have is left out.
        left_out = {"csrf_token", "key", "content", "citizen_name", "citizen_phone", "received_on"}
        received = shown_date(clock.today() - timedelta(days=3))
        return [*((n, v) for n, v in filled if n not in left_out), ("received_on", received)]

    def _petition(self, server: Server) -> str:
        """Choose the first petition that takes files; later it is the newest."""
        client = Client(server.port, dict(self.cookies[0]))
        page = client.get("/petitions").body.decode()
        client.close()
        found = CODE.search(page)
        assert found, page[-1000:]
        return found[0]

    def start(self, *servers: Server) -> None:
        """Begin to write, at the given servers in turn."""
        self.ports = [server.port for server in servers]
        self.pause.clear()
        self.threads = [
            threading.Thread(target=self._write, args=(number,), daemon=True)
            for number in range(len(self.tokens))
        ]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End when what is under way was answered."""
        self.pause.set()
        for thread in self.threads:
            thread.join(timeout=90)

    def send_again(self, server: Server) -> None:
        """Send what was cut off once more, as it was; it must be told now."""
        self.ports = [server.port]
        unsure, self.told.unsure = self.told.unsure, []
        client = Client(server.port, dict(self.cookies[0]))
        for act in unsure:
            self._send(client, act, 0)
        client.close()

    def one(self, server: Server) -> tuple[float, float]:
        """Log one petition; give when it was sent and when it was acknowledged."""
        self.ports, asked = [server.port], time.time()
        client, act = Client(server.port, dict(self.cookies[0])), self._log()
        self._send(client, act, 0)
        client.close()
        return asked, self.told.moments.get(act.mark, asked)

    def seconds_until_told(self) -> float:
        """Wait until something is acknowledged again, a minute at most; give how long it took."""
        began, before = time.monotonic(), len(self.told.acknowledged)
        while len(self.told.acknowledged) == before and time.monotonic() - began < 60:
            time.sleep(0.05)
        return time.monotonic() - began

    def settle(self, server: Server) -> None:
        """Send again what was put off, until all of it was told; a minute at most."""
        until = time.monotonic() + 60
        while self.told.unsure and time.monotonic() < until:
            self.send_again(server)
            time.sleep(0.5)
        if self.told.unsure:
            self.told.unexpected.append(f"{len(self.told.unsure)} are refused for a minute")

    def statuses(self, server: Server) -> set[int]:
        """Open some pages as one of them; give how they were answered."""
        client = Client(server.port, dict(self.cookies[0]))
        try:
            return {client.get(path).status for path in ("/", "/petitions", "/dialogues")}
        finally:
            client.close()

    def counted(self) -> Counted:
        """Compare what was told with what the register holds."""
        told, texts, files = self.told, self.register.kept(), self.register.kept_files()
        found = Counted(cut=told.cut, put_off=told.put_off)
        for act in told.acknowledged:
            number = (files if act.is_file else texts).get(act.mark, 0)
            found.files += act.is_file
            found.acknowledged += not act.is_file
            if number == 0:
                found.lost.append(act.mark)
            elif number > 1:
                found.doubled.append(act.mark)
        found.wrong = [*told.unexpected, *self.register.wrong()]
        return found

    def _write(self, number: int) -> None:
        client = Client(self.ports[number % len(self.ports)], dict(self.cookies[number]))
        done = 0
        while not self.pause.is_set():
            done += 1
            act = self._upload() if done % UPLOADS == 0 else self._log()
            if done % TWICE == 0 and not act.is_file:
                twin = threading.Thread(target=self._send_by_another, args=(act, number))
                twin.start()
                is_well = self._send(client, act, number)
                twin.join()
            else:
                is_well = self._send(client, act, number)
            if not is_well:
                time.sleep(0.2)
        client.close()

    def _send_by_another(self, act: Act, number: int) -> None:
        port = self.ports[number % len(self.ports)]
        client = Client(port, dict(self.cookies[number]))
        self._send(client, act, number, is_the_second=True)
        client.close()

    def _log(self) -> Act:
        mark = f"Đề nghị số {secrets.token_hex(8)}"
        own = (("key", secrets.token_urlsafe(24)), ("content", mark))
        return Act(mark, "/petitions/new", (*self.form, *own))

    def _upload(self) -> Act:
        mark = f"ảnh-{secrets.token_hex(8)}.png"
        return Act(mark, f"/petitions/{self.petition}/files", (), is_file=True)

    def _send(self, client: Client, act: Act, number: int, *, is_the_second: bool = False) -> bool:
        fields = {"csrf_token": self.tokens[number], **dict(act.fields)}
        try:
            if act.is_file:
                status = _post_file(client, act, fields)
            else:
                answer = client.post(act.path, **fields)
                status = answer.status
                if code := CODE.search(answer.headers.get("Location", "")):
                    self.petition = code[0]
        except CUT:
            client.close()
            with self.lock:
                self.told.cut += 1
                if not is_the_second and not act.is_file:
                    self.told.unsure.append(act)
            return False
        with self.lock:
            self._note(act, status, is_the_second=is_the_second)
        return status == 303

    def _note(self, act: Act, status: int, *, is_the_second: bool) -> None:
        if status == 303:
            self.told.moments.setdefault(act.mark, time.time())
            if not is_the_second:
                self.told.acknowledged.append(act)
        elif status in self.put_off_by:
            self.told.put_off += 1
            if not is_the_second and not act.is_file:
                self.told.unsure.append(act)
        elif not (act.is_file and status in (200, 409, 422)):  # ten files are there already
            self.told.unexpected.append(f"{act.path} answered {status}")


def _post_file(client: Client, act: Act, fields: dict[str, str]) -> int:
    parts = b""
    for name, value in fields.items():
        parts += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        parts += value.encode() + b"\r\n"
    head = f'name="file"; filename="{act.mark}"\r\nContent-Type: image/png'
    parts += f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
    parts += _picture() + f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items()),
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    try:
        connection.request("POST", act.path, parts, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _picture() -> bytes:
    kept = io.BytesIO()
    size = (random.randint(20, 80), 40)
    Image.new("RGB", size, (random.randint(0, 255), 10, 20)).save(kept, "PNG")
    return kept.getvalue()
