import packed from "../../package.json" with { type: "json" };

export const { name, version, oclif } = packed;
