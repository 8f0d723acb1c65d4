import { PnmDecodeError } from "@pnmlab/pnm-codec";
import { expect, test } from "vitest";
import { InputError, problemOf } from "./problem.ts";

test("what the codec refuses keeps its code and place", () => {
  const error = new PnmDecodeError("TRUNCATED", "the file ends", { offset: 28 });
  expect(problemOf(error)).toBe(error);
});

test("an error of the system becomes words", () => {
  const error = Object.assign(new Error("ENOENT: no such file or directory, open 'x'"), { code: "ENOENT" });
  expect(problemOf(error)).toMatchObject({ code: "ENOENT", message: "no such file" });
});

test("a result longer than a string can be is a problem of its file alone", () => {
  let thrown: unknown;
  try {
    "x".repeat(2 ** 30);
  } catch (error) {
    thrown = error;
  }
  expect(problemOf(thrown)).toMatchObject({ code: "TOO_LARGE" });
});

test("what nobody has foreseen does not end the run and says that the program is to blame", () => {
  const problem = problemOf(new TypeError("x is undefined"));
  expect(problem).toBeInstanceOf(InputError);
  expect(problem).toMatchObject({ code: "INTERNAL", message: expect.stringContaining("x is undefined") });
});
