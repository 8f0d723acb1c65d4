import { expect, test } from "vitest";
import { chordOf, effective, type Hotkey, HotkeyMatcher, isSingleKey, type KeyPress } from "./hotkeys.ts";
import { DEFAULT_SETTINGS, parseSettings, storedSettings } from "./settings.ts";

function press(key: string, part: Partial<KeyPress> = {}): KeyPress {
  return { key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...part };
}

const hotkey = (keys: string): Hotkey => ({ keys, does: keys, group: "", run: () => {} });

test("chords are written as the key sheet writes them", () => {
  expect(chordOf(press("g"))).toBe("G");
  expect(chordOf(press("Enter", { ctrlKey: true }))).toBe("Ctrl Enter");
  expect(chordOf(press("?", { shiftKey: true }))).toBe("?");
  expect(chordOf(press("Backspace", { shiftKey: true }))).toBe("Shift Backspace");
  expect(chordOf(press(" "))).toBe("Space");
  expect(chordOf(press("-"))).toBe("−");
});

test("G and a letter is one key, for a moment", () => {
  const matcher = new HotkeyMatcher();
  const keys = [hotkey("G L"), hotkey("L")];
  expect(matcher.match(press("g"), keys, 0)).toBeUndefined();
  expect(matcher.match(press("l"), keys, 500)?.keys).toBe("G L");
  expect(matcher.match(press("l"), keys, 600)?.keys).toBe("L");
  matcher.match(press("g"), keys, 1000);
  expect(matcher.match(press("l"), keys, 9000)?.keys).toBe("L");
});

test("Shift and a digit is known by its place on the keyboard", () => {
  const matcher = new HotkeyMatcher();
  const keys = [hotkey("Shift 1"), hotkey("1")];
  expect(matcher.match(press("!", { shiftKey: true, code: "Digit1" }), keys, 0)?.keys).toBe("Shift 1");
  expect(matcher.match(press("1", { code: "Digit1" }), keys, 0)?.keys).toBe("1");
});

test("only keys of a single sign can be turned off", () => {
  expect(["G L", "?", "1", "Shift 1", "Space"].every(isSingleKey)).toBe(true);
  expect(["Ctrl K", "Ctrl Enter", "Esc", "Backspace", "Delete", "←", "Shift →"].some(isSingleKey)).toBe(
    false,
  );
});

test("plus and minus with Alt are those keys, also where Alt turns them into other signs", () => {
  expect(chordOf(press("=", { code: "Equal", altKey: true }))).toBe("Alt +");
  expect(chordOf(press("≠", { code: "Equal", altKey: true }))).toBe("Alt +");
  expect(chordOf(press("–", { code: "Minus", altKey: true }))).toBe("Alt −");
});

test("keys that page are named with their modifiers, and are no single keys", () => {
  expect(chordOf(press("PageDown", { shiftKey: true }))).toBe("Shift PageDown");
  expect(chordOf(press("ArrowUp", { altKey: true, shiftKey: true }))).toBe("Alt Shift ↑");
  expect(["PageUp", "Shift PageDown", "Alt ↑"].some(isSingleKey)).toBe(false);
});

test("of two functions on one key the newer one is told, and functions without a key are all told", () => {
  const both = [hotkey("Space"), hotkey(""), hotkey("L"), hotkey(""), hotkey("Space")];
  expect(effective(both)).toEqual(both.slice(1));
  expect(effective(both)).not.toContain(both[0]);
});

test("the key of plus zooms in with and without Shift", () => {
  expect(chordOf(press("=", { code: "Equal" }))).toBe("+");
  expect(chordOf(press("+", { code: "Equal", shiftKey: true, ctrlKey: true }))).toBe("Ctrl +");
});

test("damaged settings fall back, and only choices are stored", () => {
  expect(parseSettings(null)).toEqual(DEFAULT_SETTINGS);
  expect(parseSettings("{broken")).toEqual(DEFAULT_SETTINGS);
  expect(parseSettings('{"theme":"pink","textPercent":112}')).toEqual({
    ...DEFAULT_SETTINGS,
    textPercent: 112,
  });
  expect(storedSettings({ ...DEFAULT_SETTINGS, theme: "light" })).toBe('{"theme":"light"}');
});
