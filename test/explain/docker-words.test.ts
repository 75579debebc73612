import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { admitDockerWords } from "../../src/explain/docker-words.ts";

const admit = (line: string): string => admitDockerWords(line.split(" ")).join(" ");

describe("the words of a docker command", () => {
  it.each([
    ["docker ps -a", "ps -a"],
    ["docker run -v /:/host alpine", "run -v /:/host alpine"],
    ["docker container ls", "container ls"],
    ["docker save box", "save box"],
  ])("%s stays as it is", (line, words) => {
    expect(admit(line)).toBe(words);
  });

  it.each([
    ["a terminal", "docker run -it --rm box sh", "run -i --rm box sh"],
    ["a terminal", "docker run -t box", "run box"],
    ["a terminal", "docker container exec -dti --tty c1 sh", "container exec -di c1 sh"],
    ["a terminal", "docker exec --tty=true c1 sh", "exec c1 sh"],
    ["a file for the id", "docker run --cidfile id box", "run box"],
    ["a file for the id", "docker create --cidfile=id box", "create box"],
    ["a file for the image", "docker save -o x.tar box", "save box"],
    ["a file for the image", "docker image save -ox.tar box", "image save box"],
    ["a file for the files", "docker export --output=x.tar c1", "export c1"],
    ["a file of the build", "docker build --iidfile id --metadata-file=m -o out -qo type=tar,dest=x .", "build ."],
  ])("need not be given %s: %s", (_, line, words) => {
    expect(admit(line)).toBe(words);
  });

  it.each([
    ["docker system prune -a", "system prune -a --force"],
    ["docker volume prune", "volume prune --force"],
    ["docker plugin install a/b", "plugin install --grant-all-permissions a/b"],
  ])("say yes beforehand: %s", (line, words) => {
    expect(admit(line)).toBe(words);
  });

  it.each([
    // Another engine, in truth
    ["docker -H tcp://prod rm -f web"],
    ["docker --context prod rm -f web"],
    ["docker -cprod rm -f web"],
    ["docker --config=/elsewhere ps"],
    ["docker context use prod"],
    // What plugins do, they do in truth: ours first
    ["docker id destroy --yes"],
    ["docker compose up"],
    ["docker buildx build ."],
    ["docker builder build ."],
    ["docker scout quickview"],
    // They write to registries and to the user's own files
    ["docker login"],
    ["docker logout"],
    ["docker trust sign x"],
    ["docker manifest push x"],
    ["docker nosuch"],
    ["docker __complete run"],
    ["docker constructor"],
    ["docker"],
    ["rm -rf /"],
    ["/usr/bin/docker ps"],
  ])("%s is not taken", (line) => {
    expect(() => admit(line)).toThrow(Failure);
    expect(() => admit(line)).toThrow(expect.objectContaining({ code: "misuse" }));
  });
});
