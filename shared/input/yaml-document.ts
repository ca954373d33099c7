import { type Document, isNode, LineCounter, type Node, parseDocument } from 'yaml';

import { messageOf } from '../errors.ts';
import { type InputFault, type KeyPath, wholeFile, withoutControls } from './input-fault.ts';
import { offsetInSource } from './yaml-text-place.ts';
import { YamlWalk } from './yaml-walk.ts';

/** A place in a file, as `InputFault` names it. */
export interface Place {
  readonly line: number;
  readonly column?: number;
}

/** A parsed file, and the places of its keys. */
export interface YamlDocument {
  readonly value: unknown;
  /** The place of a character of the text at `path`; the line of the key where it is no text. */
  placeIn(path: KeyPath, at: number): Place;
  /**
   * Line of the key or list entry at `path`. For a missing key, the line of the group that should
   * contain it.
   */
  lineOf(path: KeyPath): number;
}

/**
 * A parsed file. The document is null when its faults leave nothing to validate.
 */
export interface ReadYaml {
  readonly faults: readonly InputFault[];
  readonly document: YamlDocument | null;
}

/**
 * Reads one YAML 1.2 document as operators write it: keys, lists and plain values. What can make
 * one file mean two things is refused: duplicate keys, several documents, anchors and aliases (and
 * with them alias bombs), tags, `%` directives and keys that are no text. The first syntax fault
 * ends the reading, because the ones after it are mostly its echoes.
 */
export function readYaml(text: string, file: string): ReadYaml {
  const lines = new LineCounter();
  const document = parsed(text, lines);
  const at = (line: number, wrong: string, expected: string): ReadYaml => ({
    faults: [{ file, line, key: wholeFile, wrong, expected }],
    document: null,
  });
  if (typeof document === 'string') return at(1, `is not YAML: ${document}`, 'valid YAML');
  const [syntax] = document.errors;
  if (syntax !== undefined) return at(lineAt(lines, syntax.pos[0]), ...sayError(syntax.code, syntax.message));
  if (document.directives?.yaml.explicit === true) return at(1, 'has a %YAML directive', 'none');
  if (!isNode(document.contents)) return at(1, 'is empty', 'keys and values');
  return inspected(document, document.contents, file, { text, lines });
}

/**
 * Duplicate keys are found by the walk below: the library compares every key with every other one.
 */
function parsed(text: string, lineCounter: LineCounter): Document | string {
  try {
    return parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false }) as Document;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

const sayError = (code: string, message: string): [string, string] => {
  if (code === 'TAB_AS_INDENT') return ['a tab is used to indent', 'spaces'];
  if (code === 'MULTIPLE_DOCS')
    return ['has several documents', 'one document, without a --- line in between'];
  if (code === 'RESOURCE_EXHAUSTION') return ['is nested too deeply', 'a few levels'];
  // The library's sentences quote the file.
  return [`is not YAML: ${withoutControls(message).slice(0, 150)}`, 'valid YAML'];
};

function inspected(
  document: Document,
  root: Node,
  file: string,
  { text, lines }: { readonly text: string; readonly lines: LineCounter },
): ReadYaml {
  const walk = new YamlWalk(file, (offset) => lineAt(lines, offset));
  walk.visit(root, [], lineAt(lines, root.range?.[0] ?? 0));
  if (walk.unreadable) return { faults: walk.faults, document: null };
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (value === null) {
    const empty = { file, line: 1, key: wholeFile, wrong: 'is empty', expected: 'keys and values' };
    return { faults: [empty], document: null };
  }
  const lineOf = (path: KeyPath): number => walk.lineOf(path);
  const placeIn = (path: KeyPath, at: number): Place => {
    const node = document.getIn(path, true) as Node | undefined;
    const offset = offsetInSource(text, node, at);
    if (offset === null) return { line: lineOf(path) };
    const { line, col } = lines.linePos(offset);
    // Editors do not show or count a byte order mark.
    const isMarked = line === 1 && text.startsWith('\uFEFF');
    return line === 0 ? { line: 1 } : { line, column: isMarked ? col - 1 : col };
  };
  return { faults: walk.faults, document: { value, lineOf, placeIn } };
}

const lineAt = (lines: LineCounter, offset: number): number => Math.max(1, lines.linePos(offset).line);
