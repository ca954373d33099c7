import { decode } from '../connection/code-page.ts';
import { endOfPart, type FrameEnd } from '../connection/frame.ts';
import { parseProcesses, type ProcessRow } from './process-tree.ts';

/**
 * What the line of a command on a server has printed so far: the list of processes, then the output
 * of the command, then the end of the frame with the exit code.
 */
export class Heard {
  readonly mark: string;
  #bytes = Buffer.alloc(0);
  #frameEnd = '';
  #onChange: () => void = () => undefined;

  constructor(mark: string) {
    this.mark = mark;
  }

  /**
   * @param frameEnd begins the end of the frame
   * @param onChange called after each piece
   */
  listen(frameEnd: string, onChange: () => void): void {
    this.#frameEnd = frameEnd;
    this.#onChange = onChange;
  }

  add(piece: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, piece]);
    this.#onChange();
  }

  get hasBegun(): boolean {
    return this.#bytes.includes(`${this.mark} runs`);
  }

  /** The exit code of the command; null while it runs. */
  get exitCode(): number | null {
    return this.#end()?.exitCode ?? null;
  }

  /** The processes before the command. */
  rows(codePage: string): readonly ProcessRow[] {
    const from = this.#bytes.indexOf('\n', this.#bytes.indexOf(`${this.mark} lists`)) + 1;
    const to = this.#bytes.indexOf(`${this.mark} runs`, from);
    return to < 0 ? [] : parseProcesses(decode(this.#bytes.subarray(from, to), codePage));
  }

  /** What the command has printed. */
  output(codePage: string): string {
    const begin = this.#bytes.indexOf(`${this.mark} runs`);
    if (begin < 0) return '';
    const from = this.#bytes.indexOf('\n', begin) + 1;
    return decode(this.#bytes.subarray(from, this.#end()?.at), codePage);
  }

  /** The list of processes holds the end of the frame, too, as a part of the line itself. */
  #end(): FrameEnd | null {
    const begin = this.#bytes.indexOf(`${this.mark} runs`);
    return begin < 0 || this.#frameEnd === '' ? null : endOfPart(this.#bytes, `${this.#frameEnd} `, begin);
  }
}
