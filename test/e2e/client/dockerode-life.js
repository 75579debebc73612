// Lives a container's life through dockerode, as anybody's program does: with DOCKER_HOST alone.
import Dockerode from "dockerode";

const docker = new Dockerode();
await docker.ping();
const container = await docker.createContainer({
  Image: "box",
  Cmd: ["cat"],
  OpenStdin: true,
  StdinOnce: true,
  HostConfig: { NetworkMode: "none" },
});
const stream = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true });
let said = "";
stream.on("data", (piece) => {
  said += piece.toString("latin1");
});
await container.start();
stream.end("to and fro\n");
const { StatusCode: status } = await container.wait();
if (status !== 0 || !said.includes("to and fro")) throw new Error(`${status}: ${said}`);
const listed = await docker.listContainers({ all: true });
if (!listed.some(({ Id: id }) => id === container.id)) throw new Error("it is not listed");
await container.remove();
process.stdout.write("lived\n");
