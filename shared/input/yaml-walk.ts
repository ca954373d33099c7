import { isAlias, isMap, isNode, isScalar, isSeq, type Pair } from 'yaml';

import { type InputFault, type KeyPath, keyText } from './input-fault.ts';

/** A key as it stands in the parsed object. */
function plainKey(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}

/** Deeper than any input file. The limit bounds the recursion of the walk. */
const levelsAtMost = 32;

/**
 * Walks the tree once. Notes the line of every path, and refuses YAML that no input file needs.
 */
export class YamlWalk {
  readonly faults: InputFault[] = [];
  unreadable = false;
  readonly #file: string;
  readonly #lineAt: (offset: number) => number;
  readonly #lines = new Map<string, number>();

  constructor(file: string, lineAt: (offset: number) => number) {
    this.#file = file;
    this.#lineAt = lineAt;
  }

  lineOf(path: KeyPath): number {
    for (let length = path.length; length > 0; length -= 1) {
      const line = this.#lines.get(JSON.stringify(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return this.#lines.get('[]') ?? 1;
  }

  visit(node: unknown, path: KeyPath, line: number): void {
    this.#lines.set(JSON.stringify(path), line);
    if (isAlias(node)) return this.#refuse(path, line, 'is an alias (*)', 'the value itself');
    if (!isNode(node)) return;
    if (node.anchor !== undefined) this.#refuse(path, line, 'has an anchor (&)', 'the value alone');
    if (node.tag !== undefined)
      this.#refuse(path, line, 'has a tag (!)', 'the value alone, in quotes if it is text');
    if (path.length > levelsAtMost) return this.#refuse(path, line, 'is nested too deeply', 'a few levels');
    if (isMap(node)) this.#visitPairs(node.items, path);
    if (isSeq(node)) this.#visitItems(node.items, path, line);
  }

  #visitPairs(pairs: readonly Pair[], path: KeyPath): void {
    const first = new Map<string, number>();
    for (const { key, value } of pairs) {
      const line = this.#lineOfNode(key) ?? this.lineOf(path);
      if (!isScalar(key) || key.anchor !== undefined || key.tag !== undefined) {
        this.#refuse(path, line, 'has a key that is not plain text', 'plain text');
        continue;
      }
      const name = plainKey(key.value);
      const before = first.get(name);
      if (before === undefined) first.set(name, line);
      else this.#repeated([...path, name], line, before);
      this.visit(value, [...path, name], line);
    }
  }

  #visitItems(items: readonly unknown[], path: KeyPath, line: number): void {
    for (const [index, item] of items.entries())
      this.visit(item, [...path, index], this.#lineOfNode(item) ?? line);
  }

  #lineOfNode(node: unknown): number | undefined {
    const range = isNode(node) ? node.range : undefined;
    return range === null || range === undefined ? undefined : this.#lineAt(range[0]);
  }

  #repeated(path: KeyPath, line: number, before: number): void {
    this.#fault(path, line, `is already given in line ${before}`, 'one of the two');
  }

  #refuse(path: KeyPath, line: number, wrong: string, expected: string): void {
    this.unreadable = true;
    this.#fault(path, line, wrong, expected);
  }

  #fault(path: KeyPath, line: number, wrong: string, expected: string): void {
    this.faults.push({ file: this.#file, line, key: keyText(path), wrong, expected });
  }
}
