/** Characters of the final name that an unfinished file's name carries at least. */
const STEM_CHARACTERS = 48;
/** Unfinished files whose transfer never ends must not be remembered for ever. */
const MAX_REMEMBERED = 256;

/**
 * Recognises files that appear whole: a TFTP server that writes `.part` files gives them their final name
 * when they are complete. Two forms are known: `NAME.part`, and `.STEM.RANDOM.part` with the first 48
 * characters of the name and either 16 hexadecimal digits or, by the embedded server, 10 and a number.
 */
export class PartRenames {
  readonly #stems = new Set<string>();

  /** A file of this name was created, renamed or removed. Says whether it is one that has become whole. */
  arrives(name: string): boolean {
    if (name.endsWith(".part")) {
      this.#remember(stemOf(name));
      return false;
    }
    const stem = name.slice(0, STEM_CHARACTERS);
    return this.#stems.delete(stem);
  }

  #remember(stem: string): void {
    this.#stems.delete(stem);
    this.#stems.add(stem);
    if (this.#stems.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#stems;
    this.#stems.delete(oldest!);
  }
}

function stemOf(partName: string): string {
  return partName
    .slice(0, -".part".length)
    .replace(/\.[0-9a-f]{10}-\d+$|\.[0-9a-f]{16}$/, "")
    .replace(/^\./, "")
    .slice(0, STEM_CHARACTERS);
}
