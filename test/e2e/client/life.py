"""Lives a container's life through docker-py, as anybody's script does: with DOCKER_HOST alone."""
import docker

client = docker.from_env(version="1.41", timeout=30)
assert client.ping()
said = client.containers.run("box", ["echo", "hello"], network_mode="none", remove=True)
assert said == b"hello\n", said

made = client.containers.run("box", ["sh", "-c", "echo up; exec sleep 300"], network_mode="none", detach=True)
assert made.id in [each.id for each in client.containers.list()]
assert next(made.logs(stream=True, follow=True)) == b"up\n"
status, output = made.exec_run(["sh", "-c", "echo out; echo err >&2; exit 3"], demux=True)
assert (status, output) == (3, (b"out\n", b"err\n")), (status, output)

# A stream of its own, both ways, with its half closed
started = client.api.exec_start(client.api.exec_create(made.id, ["cat"], stdin=True)["Id"], socket=True)
raw = getattr(started, "_sock", started)
raw.sendall(b"to and fro")
raw.shutdown(1)
heard = b""
while True:
    piece = raw.recv(4096)
    if not piece:
        break
    heard += piece
assert heard.endswith(b"to and fro"), heard

made.remove(force=True)
print("lived")
