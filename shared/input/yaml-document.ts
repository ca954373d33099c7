import { type Document, isNode, LineCounter, type Node, parseDocument } from 'yaml';

import { messageOf } from '../errors.ts';
import { type InputFault, type KeyPath, wholeFile, withoutControls } from './input-fault.ts';
import { YamlWalk } from './yaml-walk.ts';

/** A parsed file, and the lines of its keys. */
export interface YamlDocument {
  readonly value: unknown;
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
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const at = (line: number, wrong: string, expected: string): ReadYaml => ({
    faults: [{ file, line, key: wholeFile, wrong, expected }],
    document: null,
  });
  if (typeof document === 'string') return at(1, `is not YAML: ${document}`, 'valid YAML');
  const [syntax] = document.errors;
  if (syntax !== undefined) return at(lineAt(syntax.pos[0]), ...sayError(syntax.code, syntax.message));
  if (document.directives?.yaml.explicit === true) return at(1, 'has a %YAML directive', 'none');
  if (!isNode(document.contents)) return at(1, 'is empty', 'keys and values');
  return inspected(document, document.contents, file, lineAt);
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
  lineAt: (offset: number) => number,
): ReadYaml {
  const walk = new YamlWalk(file, lineAt);
  walk.visit(root, [], lineAt(root.range?.[0] ?? 0));
  if (walk.unreadable) return { faults: walk.faults, document: null };
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (value === null) {
    const empty = { file, line: 1, key: wholeFile, wrong: 'is empty', expected: 'keys and values' };
    return { faults: [empty], document: null };
  }
  return { faults: walk.faults, document: { value, lineOf: (path) => walk.lineOf(path) } };
}
