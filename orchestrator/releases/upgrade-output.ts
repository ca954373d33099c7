/** The first and the last part of a command's output are half of the evidence each. */
const bytesPerHalf = 8 * 1024 - 64;

/**
 * Keeps the beginning and the end of a command's output in bounded memory, however long the output
 * is: the beginning says what the command does, the end explains mistakes.
 */
export class UpgradeOutput {
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const toHead = chunk.subarray(0, bytesPerHalf - this.#head.length);
    if (toHead.length > 0) this.#head = Buffer.concat([this.#head, toHead]);
    const rest = chunk.subarray(toHead.length);
    if (rest.length > 0) this.#tail = Buffer.concat([this.#tail, rest]).subarray(-bytesPerHalf);
  }

  /** The output as text of at most 16 KiB. It says how many bytes were left out in the middle. */
  text(): string {
    const left = this.#bytes - this.#head.length - this.#tail.length;
    const between = left > 0 ? `\n[${left} bytes left out]\n` : '';
    if (left === 0) return readable(Buffer.concat([this.#head, this.#tail]));
    return readable(this.#head) + between + readable(this.#tail);
  }

  /** The last line that is not blank, for a one-sentence explanation. */
  lastLine(): string {
    const lines = readable(this.#tail.length > 0 ? this.#tail : this.#head).split(/[\r\n]+/);
    return (
      lines
        .findLast((line) => line.trim() !== '')
        ?.trim()
        .slice(0, 200) ?? ''
    );
  }
}

/**
 * Bytes that are no UTF-8, such as a character cut in two, become `?`: one byte each, so that the
 * text does not grow.
 */
const readable = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\uFFFD', '?');
