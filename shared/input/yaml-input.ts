import type { z } from 'zod';

import { err, ok, type Result } from '../errors.ts';
import { inFileOrder, type InputFault, type KeyPath, keyText, show } from './input-fault.ts';
import { nearest } from './nearest.ts';
import { readYaml, type YamlDocument } from './yaml-document.ts';

/**
 * Reads a YAML file into what `schema` describes, which is built from `fields.ts`. Returns all
 * faults at once, in the order of the file.
 */
export function parseYaml<T>(text: string, file: string, schema: z.ZodType<T>): Result<T, InputFault[]> {
  const read = readYamlFile(text, file, schema);
  return read.ok ? ok(read.value.value) : read;
}

/** A file that fits its schema. `document` has the places for faults that are found later. */
export interface YamlFile<T> {
  readonly value: T;
  readonly document: YamlDocument;
}

/** Like `parseYaml`, for faults that are found later. */
export function readYamlFile<T>(
  text: string,
  file: string,
  schema: z.ZodType<T>,
): Result<YamlFile<T>, InputFault[]> {
  const { faults, document } = readYaml(text, file);
  if (document === null) return err(inFileOrder(faults));
  const parsed = schema.safeParse(document.value);
  if (parsed.success && faults.length === 0) return ok({ value: parsed.data, document });
  const found = parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOf(issue, document, file));
  return err(inFileOrder([...faults, ...found]));
}

function faultsOf(issue: z.core.$ZodIssue, document: YamlDocument, file: string): InputFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...issue.path, key], issue.message, document, file));
  }
  const at: unknown = issue.code === 'custom' ? issue.params?.['at'] : undefined;
  const place = typeof at === 'number' ? document.placeIn(issue.path, at) : null;
  return [
    {
      file,
      ...(place ?? { line: document.lineOf(issue.path) }),
      key: keyText(issue.path),
      wrong: wrongIn(issue, document),
      expected:
        issue.code === 'invalid_type' && issue.expected === 'object'
          ? `the keys ${issue.message}`
          : issue.message,
    },
  ];
}

function unknownKey(path: KeyPath, keys: string, document: YamlDocument, file: string): InputFault {
  const meant = nearest(String(path.at(-1)), keys.split(', '));
  const wrong = meant === null ? 'is not a known key' : `is not a known key (did you mean ${meant}?)`;
  return { file, line: document.lineOf(path), key: keyText(path), wrong, expected: `one of ${keys}` };
}

/** The words of the check itself, or else the value that stands in the file. */
function wrongIn(issue: z.core.$ZodIssue, document: YamlDocument): string {
  const said: unknown = issue.code === 'custom' ? issue.params?.['wrong'] : undefined;
  // A file that is one single value may be a token file, so its value is not quoted.
  const isWhole = issue.path.length === 0 && !Array.isArray(document.value);
  if (isWhole && typeof said !== 'string') return 'is a single value';
  return typeof said === 'string' ? said : `is ${show(valueAt(document.value, issue.path))}`;
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part)
        ? Reflect.get(inner, part)
        : undefined,
    value,
  );
}
