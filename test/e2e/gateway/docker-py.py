"""Lives a container's life through docker-py: GATEWAY ID HEADER-OR-BEARER IMAGE, or as DOCKER_HOST says."""
import io
import sys
import tarfile

import docker

if len(sys.argv) == 1:
    client, image = docker.from_env(version="1.41", timeout=30), "box"
else:
    url, token, way, image = sys.argv[1:5]
    client = docker.DockerClient(base_url=url, version="1.41", timeout=30)
    if way == "header":
        client.api.headers["X-Docker-Id"] = token
    else:
        client.api.headers["Authorization"] = "Bearer " + token

assert client.ping()
said = client.containers.run(image, ["echo", "hello"], network_mode="none", remove=True)
assert said == b"hello\n", said

made = client.containers.create(image, ["sh", "-c", "echo up; sleep 300"], network_mode="none", tty=False)
made.start()
assert made.id in [each.id for each in client.containers.list()]
assert next(made.logs(stream=True, follow=True)) == b"up\n"
status, output = made.exec_run(["sh", "-c", "echo out; echo err >&2; exit 3"], demux=True)
assert (status, output) == (3, (b"out\n", b"err\n")), (status, output)

# A socket of its own, both ways, with its half closed
exec_id = client.api.exec_create(made.id, ["cat"], stdin=True)["Id"]
socket = client.api.exec_start(exec_id, socket=True)
raw = getattr(socket, "_sock", socket)
raw.sendall(b"to and fro")
raw.shutdown(1)
heard = b""
while True:
    piece = raw.recv(4096)
    if not piece:
        break
    heard += piece
assert heard.endswith(b"to and fro"), heard

data = io.BytesIO()
with tarfile.open(fileobj=data, mode="w") as tar:
    info = tarfile.TarInfo("there")
    info.size = 100000
    tar.addfile(info, io.BytesIO(b"x" * 100000))
assert made.put_archive("/tmp", data.getvalue())
stream, stat = made.get_archive("/tmp/there")
assert stat["size"] == 100000
assert b"x" * 1000 in b"".join(stream)

stats = client.api.stats(made.id, stream=True, decode=True)
assert next(stats)["id"] == made.id
events = client.events(since=0, decode=True, filters={"container": made.id})
assert next(events)["Action"] == "create"
events.close()
made.kill()
assert made.wait()["StatusCode"] == 137
made.remove()
try:
    client.containers.get(made.id)
    raise SystemExit("it is still there")
except docker.errors.NotFound:
    pass
print("done")
