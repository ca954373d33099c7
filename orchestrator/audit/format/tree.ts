import { hash } from 'node:crypto';

/**
 * A tree of hashes over lines of text: it proves one line by few others. A leaf is the SHA-256 of a
 * line, which begins with a brace; a node that of its children, which are hexadecimal digits, so no
 * node can be taken for a line.
 */

/** Children of a node: few nodes to hash, and still short ways up. */
const widest = 4;

/** One step of the way from a line to the root: the children of a node, and which one it is. */
export interface TreeStep {
  readonly at: number;
  readonly of: readonly string[];
}

export const leafOf = (line: string | Uint8Array): string => hash('sha256', line);

const nodeOf = (children: readonly string[]): string => hash('sha256', children.join(''));

/** The root of a tree without leaves. */
const noLeaves = '0'.repeat(64);

/** The nodes above these. A single one stays what it is. */
function above(nodes: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let from = 0; from < nodes.length; from += widest) {
    const children = nodes.slice(from, from + widest);
    found.push(children.length === 1 ? (children[0] ?? '') : nodeOf(children));
  }
  return found;
}

/** The root over these leaves. */
export function rootOf(leaves: readonly string[]): string {
  let nodes = leaves;
  while (nodes.length > 1) nodes = above(nodes);
  return nodes[0] ?? noLeaves;
}

/** The way from the leaf at this place to the root, the lowest step first. */
export function wayUp(leaves: readonly string[], place: number): readonly TreeStep[] {
  const steps: TreeStep[] = [];
  let at = place;
  for (let nodes = leaves; nodes.length > 1; nodes = above(nodes)) {
    const first = at - (at % widest);
    const children = nodes.slice(first, first + widest);
    if (children.length > 1) steps.push({ at: at % widest, of: children });
    at = Math.floor(at / widest);
  }
  return steps;
}
