import type { Client, Condition, Where } from './definition.ts';
import { machineOf, nameOf } from './machine.ts';
import { logonServerKey } from '../observation/logon-server.ts';

/**
 * What a `where` says of a client. The conditions are those of a label selector of Kubernetes, over
 * the labels and the columns of the fleet. As there, `!=` and `notin` also hold for a client that
 * does not have the key at all.
 */

/** A column of the fleet as a key of a `where`. */
interface Column {
  /** The key as the fleet file spells the column. */
  readonly key: string;
  /** Equal for all spellings of one value. */
  readonly comparable: (value: string) => string;
  readonly valuesOf: (client: Client) => readonly string[];
}

const lower = (value: string): string => value.toLowerCase();

const columns: readonly Column[] = [
  { key: 'client', comparable: nameOf, valuesOf: ({ client }) => [client] },
  { key: 'host', comparable: machineOf, valuesOf: ({ host }) => [host] },
  { key: 'logonServer', comparable: logonServerKey, valuesOf: ({ logonServer }) => [logonServer] },
  { key: 'zone', comparable: lower, valuesOf: ({ zone }) => [zone] },
  { key: 'role', comparable: lower, valuesOf: ({ role }) => [role] },
  { key: 'labels', comparable: lower, valuesOf: ({ labels }) => labels },
  { key: 'port', comparable: String, valuesOf: ({ port }) => (port === undefined ? [] : [String(port)]) },
  // Base64 tells upper from lower case.
  { key: 'hostKey', comparable: String, valuesOf: ({ hostKeys = [] }) => hostKeys },
];

/** The keys that are columns of the fleet; any other key is a label. */
export const columnKeys: readonly string[] = columns.map(({ key }) => key);

/** The column that a key names, in any case; undefined for a label. */
export const columnOf = (key: string): Column | undefined =>
  columns.find((column) => lower(column.key) === lower(key));

/** A label with a value is written `key=value` in the fleet file. */
export const labelOf = (key: string, value: string): string => `${key}=${value}`;

/** The key of a label `key=value`; a plain label is its own key. */
export const keyOfLabel = (label: string): string => label.split('=', 1)[0] ?? label;

/** Tells which clients fulfil every condition. */
export function fitting(where: Where): (client: Client) => boolean {
  const tests = where.map(testOf);
  return (client) => tests.every((test) => test(client));
}

function testOf(condition: Condition): (client: Client) => boolean {
  const has = havingOf(condition);
  return condition.is === 'there' || condition.is === 'in' ? has : (client) => !has(client);
}

/** Tells which clients have the key, or the key with one of the values. */
function havingOf(condition: Condition): (client: Client) => boolean {
  const { key } = condition;
  const column = columnOf(key);
  if (!('values' in condition))
    return column === undefined ? havingLabel(key) : (client) => column.valuesOf(client).length > 0;
  const { comparable, valuesOf } = column ?? labelColumn;
  const values = condition.values.map((value) => (column === undefined ? labelOf(key, value) : value));
  const wanted = new Set(values.map(comparable));
  return (client) => valuesOf(client).some((value) => wanted.has(comparable(value)));
}

const labelColumn: Pick<Column, 'comparable' | 'valuesOf'> = {
  comparable: lower,
  valuesOf: ({ labels }) => labels,
};

/** `kiosk` is there as the plain label `kiosk`, and as any label `kiosk=…`. */
function havingLabel(key: string): (client: Client) => boolean {
  const wanted = lower(key);
  return ({ labels }) => labels.some((label) => lower(keyOfLabel(label)) === wanted);
}

/** The conditions as text; `parseWhere` reads the same conditions from the text. */
export const printWhere = (where: Where): string => where.map(printCondition).join(', ');

/** One condition as text. */
export function printCondition(condition: Condition): string {
  const { key } = condition;
  switch (condition.is) {
    case 'there':
      return key;
    case 'missing':
      return `!${key}`;
    case 'in':
      return printValues(key, '=', 'in', condition.values);
    case 'notIn':
      return printValues(key, '!=', 'notin', condition.values);
  }
}

const printValues = (key: string, one: string, many: string, values: readonly string[]): string =>
  values.length === 1 ? `${key} ${one} ${values.join('')}` : `${key} ${many} (${values.join(', ')})`;
