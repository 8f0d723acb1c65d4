const FIRST_REPETITIONS = 20;
/** Rows per datagram beyond this gain nothing: 50 rows of a table fill the 1,400 octets of a datagram. */
const MAX_REPETITIONS = 50;

/** How many rows to ask for at once. */
export class Repetitions {
  #count = FIRST_REPETITIONS;
  #max = MAX_REPETITIONS;

  get count(): number {
    return this.#count;
  }

  /** Asks for more while the device sends all that was asked for. */
  filled(rowCount: number): void {
    if (rowCount >= this.#count) this.#count = Math.min(this.#max, this.#count * 2);
  }

  /** Asks for half, from now on; false where there is nothing less to ask for. */
  shrink(): boolean {
    if (this.#count === 1) return false;
    this.#count = this.#count >> 1;
    this.#max = this.#count;
    return true;
  }
}
