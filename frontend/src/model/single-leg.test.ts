import { expect, test } from "vitest";
import { formatLevel } from "./format.ts";
import { equalLegWords, takenLegWords } from "./single-leg.ts";

test("the level of one of so many equal legs is told, with how far it lies under all of them", () => {
  expect(equalLegWords("4", 20.0206, formatLevel)).toEqual({
    text: "Each leg alone has 14.0 dBmV, 6.0 dB under all of them.",
    isRefused: false,
  });
  expect(equalLegWords(" 1 ", -49, formatLevel).text).toContain("has −49.0 dBmV, 0.0 dB under");
});

test("a leg without which the floor falls 3 dB carries half of the noise power", () => {
  expect(takenLegWords("3", -49, formatLevel)).toEqual({
    text: "That leg carries 49.9 % of the noise power: −52.0 dBmV alone, and −52.0 dBmV is left without it.",
    isRefused: false,
  });
  expect(takenLegWords("0,5", -49, formatLevel).text).toContain(
    "carries 10.9 % of the noise power: −58.6 dBmV",
  );
  expect(takenLegWords("0", -49, formatLevel).text).toBe("That leg carries nothing of the noise that shows.");
});

test("numbers that cannot be are refused with what is taken, and nothing typed says nothing", () => {
  for (const typed of ["0", "2.5", "-3", "1001", "four"]) {
    expect(equalLegWords(typed, -49, formatLevel).text, typed).toMatch(
      /^Equal legs: a whole number from 1 to/,
    );
    expect(equalLegWords(typed, -49, formatLevel).isRefused).toBe(true);
  }
  for (const typed of ["-1", "61", "dB"]) {
    expect(takenLegWords(typed, -49, formatLevel), typed).toEqual({
      text: "Fall of the floor: 0 to 60 dB.",
      isRefused: true,
    });
  }
  for (const words of [equalLegWords, takenLegWords]) {
    expect(words(" ", -49, formatLevel)).toEqual({ text: "", isRefused: false });
  }
});
