/** A function of the page; one without a key has empty `keys` and is found by the search only. `keys` lists chords as the sheet prints them: `G O`, `Ctrl Enter`, `Shift 1`, `?`. */
export interface Hotkey {
  keys: string;
  does: string;
  group: string;
  run: () => unknown;
}

/** What decides on a key press; a subset of KeyboardEvent, so that it can be tested without one. */
export interface KeyPress {
  key: string;
  /** Place of the key, by which a digit is known that its layout turns into a sign under Shift. */
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const NAMES: Record<string, string> = {
  " ": "Space",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  "-": "−",
  // What Alt makes of plus and minus on some systems.
  "≠": "+",
  "–": "−",
};

/** The chord of a press in the notation of the key sheet. */
export function chordOf(press: KeyPress): string {
  // The plus beside the digits, which some layouts give with Shift only.
  const name =
    press.code === "Equal" && press.key === "="
      ? "+"
      : (NAMES[press.key] ?? (press.key.length === 1 ? press.key.toUpperCase() : press.key));
  // Shift is part of the sign for "?" and the like; it is named for letters, digits and named keys.
  const shift = press.shiftKey && (/^[A-Z0-9]$/.test(name) || name.length > 1 || "←→↑↓".includes(name));
  const parts = [
    press.ctrlKey || press.metaKey ? "Ctrl" : "",
    press.altKey ? "Alt" : "",
    shift ? "Shift" : "",
    name,
  ];
  return parts.filter(Boolean).join(" ");
}

/** True for a chord that is one printable sign, the kind that can be turned off (WCAG 2.1.4). */
export function isSingleKey(keys: string): boolean {
  return (
    !/^(Ctrl|Alt) /.test(keys) &&
    !/^(Shift )?(Esc|Backspace|Enter|Delete|Page(Up|Down)|[←→↑↓]|Tab.*)$/.test(keys)
  );
}

/** Every hotkey once: of those with the same keys the newest, which is the one that the keys run. */
export function effective(hotkeys: readonly Hotkey[]): Hotkey[] {
  return hotkeys.filter(
    ({ keys }, index) => keys === "" || hotkeys.findLastIndex((other) => other.keys === keys) === index,
  );
}

const SEQUENCE_MS = 1500;

/** Turns presses into hotkeys, with sequences of two such as `G L`. */
export class HotkeyMatcher {
  #prefix: { chord: string; atMs: number } | undefined;

  /** The hotkey that a press completes, or undefined. The newest of `hotkeys` wins. */
  match(press: KeyPress, hotkeys: readonly Hotkey[], nowMs: number): Hotkey | undefined {
    const digit = /^Digit(\d)$/.exec(press.code)?.[1];
    const written = chordOf(press);
    const chord =
      press.shiftKey && digit && !hotkeys.some((hotkey) => hotkey.keys === written)
        ? `Shift ${digit}`
        : written;
    const prefix = this.#prefix && nowMs - this.#prefix.atMs < SEQUENCE_MS ? this.#prefix.chord : undefined;
    this.#prefix = undefined;
    if (prefix) {
      const sequence = hotkeys.findLast((hotkey) => hotkey.keys === `${prefix} ${chord}`);
      if (sequence) return sequence;
    }
    const single = hotkeys.findLast((hotkey) => hotkey.keys === chord);
    if (!single && hotkeys.some((hotkey) => hotkey.keys.startsWith(`${chord} `))) {
      this.#prefix = { chord, atMs: nowMs };
    }
    return single;
  }
}
