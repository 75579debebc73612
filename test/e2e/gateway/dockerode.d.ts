/** What the tests use of npm's dockerode, which brings no types. */
declare module "dockerode" {
  import type { Duplex, Readable } from "node:stream";

  interface Exec {
    start(options: object): Promise<Duplex>;
    inspect(): Promise<{ ExitCode: number }>;
  }
  interface Container {
    readonly id: string;
    start(): Promise<unknown>;
    wait(): Promise<{ StatusCode: number }>;
    kill(): Promise<unknown>;
    remove(options?: object): Promise<unknown>;
    inspect(): Promise<{ Id: string; State: { Running: boolean } }>;
    attach(options: object): Promise<Duplex>;
    logs(options: object): Promise<Readable>;
    stats(options: object): Promise<Readable>;
    exec(options: object): Promise<Exec>;
    putArchive(tar: Buffer, options: object): Promise<unknown>;
    getArchive(options: object): Promise<Readable>;
  }
  export default class Docker {
    constructor(options: object);
    ping(): Promise<Buffer>;
    createContainer(options: object): Promise<Container>;
    getContainer(id: string): Container;
    listContainers(options?: object): Promise<{ Id: string }[]>;
    getEvents(options: object): Promise<Readable>;
    getImage(name: string): { get(): Promise<Readable> };
    buildImage(context: object, options: object): Promise<Readable>;
  }
}
