import type { z } from 'zod';
import { ok, type Result } from '../../shared/errors.ts';
import { field, list, section } from '../../shared/input/fields.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { readYamlFile } from '../../shared/input/yaml-input.ts';
import { type ColumnMapping, type FleetColumn, fleetColumns } from './fleet-columns.ts';
import { type FleetTemplates, isTemplate } from './fleet-templates.ts';

/** What a source of the site calls its columns, and what servpack makes of them. */
export interface FleetMapping extends FleetTemplates {
  readonly columns: readonly ColumnMapping[];
}

const columnsForm = `columns by name, each with one of ${fleetColumns.join(', ')}, or nothing to leave it out`;

const columnsField = field(columnsForm, (value): readonly ColumnMapping[] | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = Object.entries(value).map(([from, name]) => ({ from: from.trim(), to: columnIn(name) }));
  const isRead = found.every(({ from, to }) => from !== '' && to !== undefined);
  return isRead ? (found as readonly ColumnMapping[]) : undefined;
});

/** Null leaves a column out; undefined is no column. */
function columnIn(name: unknown): FleetColumn | null | undefined {
  if (name === null || name === '') return null;
  if (typeof name !== 'string') return undefined;
  return fleetColumns.find((column) => column.toLowerCase() === name.trim().toLowerCase());
}

const template = () =>
  field('a text such as Europe/Rome or LS-{Site}, with names of columns in braces', (value) => {
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && text.length <= 253 && isTemplate(text) ? text : undefined;
  });

const valuesShape = Object.fromEntries(
  fleetColumns.filter((column) => column !== 'labels').map((column) => [column, template().optional()]),
);

const mappingSchema = section({
  columns: columnsField.default([]),
  values: section(valuesShape).prefault({}),
  labels: list(template(), 'a list of labels such as [office, "ring={Ring}"]').default([]),
});

/**
 * Reads a mapping file: `columns` (what a column of the source is), `values` (what a column is
 * where the source does not say it) and `labels` (further labels of each client).
 */
export function readMapping(text: string, file: string): Result<FleetMapping, InputFault[]> {
  const read = readYamlFile(text, file, mappingSchema);
  if (!read.ok) return read;
  const { columns, values, labels } = read.value.value as z.output<typeof mappingSchema>;
  const given = Object.entries(values as Readonly<Record<string, string | undefined>>);
  const filled = given.filter(([, value]) => value !== undefined);
  return ok({ columns, values: Object.fromEntries(filled) as FleetTemplates['values'], labels });
}
