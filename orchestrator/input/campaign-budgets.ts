import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

/** Budgets that a person tries out. */
export interface TriedBudgets {
  readonly active?: number | undefined;
  readonly perLogonServer?: number | undefined;
}

/**
 * The text of a campaign file with these budgets. Everything else stays as it is written, comments
 * as well. A text that is no YAML comes back as it was: its reader finds its faults.
 */
export function withBudgets(text: string, { active, perLogonServer }: TriedBudgets): string {
  const first = active === undefined ? text : withBudget(text, 'active', active);
  return perLogonServer === undefined ? first : withBudget(first, 'perLogonServer', perLogonServer);
}

function withBudget(text: string, name: keyof TriedBudgets, value: number): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  const present = document.getIn(['budgets', name], true);
  const range = isScalar(present) ? (present.range ?? null) : null;
  if (range !== null) {
    const [from, to] = range;
    return `${text.slice(0, from)}${value}${text.slice(to)}`;
  }
  const budgets = document.get('budgets', true);
  if (isMap(budgets)) return intoMap(text, budgets, `${name}: ${value}`);
  if (budgets === undefined) return `${text.replace(/\n*$/, '\n')}budgets:\n  ${name}: ${value}\n`;
  document.set('budgets', document.createNode({ [name]: value }));
  return document.toString({ lineWidth: 0 });
}

/** Adds an entry before the first one. */
function intoMap(text: string, budgets: YAMLMap, entry: string): string {
  const [start = 0] = budgets.range ?? [];
  const isEmpty = budgets.items.length === 0;
  if (budgets.flow === true)
    return `${text.slice(0, start + 1)} ${entry}${isEmpty ? ' ' : ','}${text.slice(start + 1)}`;
  const indent = ' '.repeat(start - text.lastIndexOf('\n', start - 1) - 1);
  return `${text.slice(0, start)}${entry}\n${indent}${text.slice(start)}`;
}
