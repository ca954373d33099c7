/**
 * The command line of cmd.exe, as far as servpack uses it: how `cmd /c` reads one line. An
 * independent model, which knows nothing of how servpack quotes: variables first, then carets,
 * quotes and operators. Everything after an `if` or `for` on a line belongs to it.
 */

export interface Redirection {
  readonly handle: number;
  readonly mode: '>' | '>>' | '<' | '>&';
  readonly target: string;
}

export type Node =
  | { readonly kind: 'simple'; readonly text: string; readonly redirections: readonly Redirection[] }
  | { readonly kind: 'block'; readonly body: Node; readonly redirections: readonly Redirection[] }
  | {
      readonly kind: 'pair';
      readonly operator: '&' | '&&' | '||' | '|';
      readonly left: Node;
      readonly right: Node;
    }
  | {
      readonly kind: 'if';
      readonly isNot: boolean;
      readonly isCaseless: boolean;
      readonly condition:
        | { readonly kind: 'exist'; readonly path: string }
        | {
            readonly kind: 'compare';
            readonly left: string;
            readonly operator: string;
            readonly right: string;
          };
      readonly body: Node;
      readonly otherwise: Node | null;
    }
  | {
      readonly kind: 'for';
      readonly options: string | null;
      readonly variable: string;
      readonly set: string;
      readonly body: Node;
    };

/** A syntax error of cmd.exe: then nothing of the line runs. */
export class SyntaxFault extends Error {}

/** Replaces `%name%` for existing variables; on a command line all others stay as they are. */
export const expand = (line: string, variables: (name: string) => string | undefined): string =>
  line.replaceAll(/%([^%]+)%/g, (text, name: string) => variables(name) ?? text);

export function parse(line: string): Node {
  const parser = new Parser(line);
  const node = parser.sequence();
  parser.end();
  return node;
}

const operators = ['&&', '||', '&', '|'] as const;

class Parser {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  end(): void {
    this.#blanks();
    if (this.#at < this.#line.length)
      throw new SyntaxFault(`unexpected ${this.#line.slice(this.#at, this.#at + 10)}`);
  }

  /** `&` binds least, then `||`, `&&` and `|`. */
  sequence(level = 0): Node {
    const operator = (['&', '||', '&&', '|'] as const)[level];
    if (operator === undefined) return this.#command();
    let left = this.sequence(level + 1);
    while (this.#operatorHere() === operator) {
      this.#at += operator.length;
      this.#blanks();
      if (operator === '&' && (this.#at >= this.#line.length || this.#line[this.#at] === ')')) break;
      left = { kind: 'pair', operator, left, right: this.sequence(level + 1) };
    }
    return left;
  }

  #operatorHere(): (typeof operators)[number] | undefined {
    this.#blanks();
    return operators.find((each) => this.#line.startsWith(each, this.#at));
  }

  #blanks(): void {
    while (/[\s,;=]/.test(this.#line[this.#at] ?? '')) this.#at += 1;
  }

  #command(): Node {
    this.#blanks();
    while (this.#line[this.#at] === '@') this.#at += 1;
    this.#blanks();
    const redirections = this.#redirections();
    this.#blanks();
    if (this.#line[this.#at] === '(') return this.#block(redirections);
    if (this.#takeWord('if')) return this.#if();
    if (this.#takeWord('for')) return this.#for();
    return this.#simple(redirections);
  }

  #block(redirections: Redirection[]): Node {
    this.#at += 1;
    const body = this.sequence();
    this.#blanks();
    if (this.#line[this.#at] !== ')') throw new SyntaxFault('a parenthesis is not closed');
    this.#at += 1;
    this.#blanks();
    redirections.push(...this.#redirections());
    return { kind: 'block', body, redirections };
  }

  #takeWord(word: string): boolean {
    const rest = this.#line.slice(this.#at, this.#at + word.length + 1).toLowerCase();
    if (!rest.startsWith(word) || /[\w.\\:-]/.test(rest[word.length] ?? '')) return false;
    this.#at += word.length;
    this.#blanks();
    return true;
  }

  #if(): Node {
    const isCaseless = this.#takeText('/i');
    const isNot = this.#takeWord('not');
    const condition = this.#takeWord('exist')
      ? ({ kind: 'exist', path: this.#word() } as const)
      : this.#comparison();
    const body = this.#body();
    const otherwise = this.#takeElse() ? this.sequence() : null;
    return { kind: 'if', isNot, isCaseless, condition, body, otherwise };
  }

  /**
   * A block may be followed by `else`. Everything else after it, and everything after a plain
   * command, belongs to the `if`.
   */
  #body(): Node {
    this.#blanks();
    const start = this.#at;
    if (this.#line[start] !== '(') return this.sequence();
    const block = this.#command();
    this.#blanks();
    if (/^else\b/i.test(this.#line.slice(this.#at))) return block;
    this.#at = start;
    return this.sequence();
  }

  #takeElse(): boolean {
    this.#blanks();
    return this.#takeWord('else');
  }

  #takeText(text: string): boolean {
    this.#blanks();
    if (!this.#line.toLowerCase().startsWith(text, this.#at)) return false;
    this.#at += text.length;
    this.#blanks();
    return true;
  }

  #comparison() {
    const left = this.#operand();
    this.#skipSpaces();
    const equal = this.#line.startsWith('==', this.#at);
    if (equal) this.#at += 2;
    const operator = equal ? '==' : this.#word().toLowerCase();
    if (!['==', 'equ', 'neq', 'gtr', 'geq', 'lss', 'leq'].includes(operator))
      throw new SyntaxFault('no comparison');
    this.#skipSpaces();
    return { kind: 'compare', left, operator, right: this.#operand() } as const;
  }

  #skipSpaces(): void {
    while (this.#line[this.#at] === ' ') this.#at += 1;
  }

  #operand(): string {
    let text = '';
    for (let quoted = false; this.#at < this.#line.length; this.#at += 1) {
      const character = this.#line[this.#at] ?? '';
      if (character === '"') quoted = !quoted;
      if (!quoted && (/[\s&|<>()]/.test(character) || this.#line.startsWith('==', this.#at))) break;
      text += character;
    }
    if (text === '') throw new SyntaxFault('nothing to compare');
    return text;
  }

  #for(): Node {
    const options = /^\/f\s/i.test(this.#line.slice(this.#at)) ? this.#forOptions() : null;
    const variable = /^%([A-Za-z])/.exec(this.#line.slice(this.#at))?.[1];
    if (variable === undefined) throw new SyntaxFault('for has no variable');
    this.#at += 2;
    this.#blanks();
    if (!this.#takeWord('in') || this.#line[this.#at] !== '(') throw new SyntaxFault('for has no set');
    const set = this.#set();
    if (!this.#takeText('do')) throw new SyntaxFault('for does nothing');
    return { kind: 'for', options, variable, set, body: this.sequence() };
  }

  #forOptions(): string {
    this.#at += 2;
    this.#blanks();
    if (this.#line[this.#at] !== '"') return '';
    const end = this.#line.indexOf('"', this.#at + 1);
    const options = this.#line.slice(this.#at + 1, end);
    this.#at = end + 1;
    this.#blanks();
    return options;
  }

  #set(): string {
    const start = this.#at + 1;
    for (let quoted = false; this.#at < this.#line.length; this.#at += 1) {
      const character = this.#line[this.#at];
      if (character === '"') quoted = !quoted;
      if (!quoted && character === ')') {
        this.#at += 1;
        return this.#line.slice(start, this.#at - 1);
      }
    }
    throw new SyntaxFault('the set of for is not closed');
  }

  #simple(redirections: Redirection[]): Node {
    let text = '';
    for (let quoted = false; this.#at < this.#line.length; this.#at += 1) {
      const character = this.#line[this.#at] ?? '';
      if (quoted) {
        quoted = character !== '"';
        text += character;
      } else if (character === '^') {
        this.#at += 1;
        text += this.#line[this.#at] ?? '';
      } else if (character === '"') {
        quoted = true;
        text += character;
      } else if (/[&|)]/.test(character)) break;
      else if (
        /[<>]/.test(character) ||
        (/\d/.test(character) && /^\d[<>]/.test(this.#line.slice(this.#at)) && /(^|\s)$/.test(text))
      ) {
        redirections.push(...this.#redirections());
        this.#at -= 1;
      } else text += character;
    }
    if (text.trim() === '' && redirections.length === 0) throw new SyntaxFault('a command is missing');
    return { kind: 'simple', text: text.trimStart(), redirections };
  }

  #redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      const head = /^(\d)?(>>|>&|>|<)/.exec(this.#line.slice(this.#at));
      if (head === null) return found;
      this.#at += head[0].length;
      const mode = head[2] as Redirection['mode'];
      this.#skipSpaces();
      const handle = head[1] === undefined ? (mode === '<' ? 0 : 1) : Number(head[1]);
      found.push({ handle, mode, target: this.#word() });
      if (/^\s*\d?[<>]/.test(this.#line.slice(this.#at))) this.#skipSpaces();
    }
  }

  /** One word without its quotes. */
  #word(): string {
    let text = '';
    for (let quoted = false; this.#at < this.#line.length; this.#at += 1) {
      const character = this.#line[this.#at] ?? '';
      if (character === '"') quoted = !quoted;
      else if (!quoted && /[\s&|<>()]/.test(character)) break;
      else text += character;
    }
    return text;
  }
}
