import { describe, expect, it } from "vitest";
import { examineClock } from "../../src/doctor/guard.ts";
import { onADesk } from "../commands/on-a-desk.ts";

onADesk("the clock", (desk) => {
  const offBy = async (seconds: number) => {
    const path = desk().verifier.admin.slice("unix://".length);
    const clock = () => new Date(Date.now() + seconds * 1000);
    return await examineClock({ path, name: path }, clock);
  };
  describe("is held to the verifier's", () => {
    it.each([0, 20, -20])("%i s apart is good", async (seconds) => {
      expect(await offBy(seconds)).toMatchObject([{ verdict: "good" }]);
    });
    it.each([
      [300, /300 s ahead of|299 s ahead of|301 s ahead of/],
      [-300, /(300|299|301) s behind/],
    ])("%i s apart is bad", async (seconds, said) => {
      expect(await offBy(seconds)).toMatchObject([{ verdict: "bad", said: expect.stringMatching(said) }]);
    });
  });
});
