import { Gauge, Registry } from '@prometheus-io/client';
import { visible } from '../../shared/visible-text.ts';
import { type FigureName, figures, type Reading } from './figures.ts';

/** A label is cut here: blockers hold paths of clients. */
const labelAtMost = 120;

/** The readings in the text format of Prometheus. A figure without a reading is left out. */
export async function textOf(readings: readonly Reading[]): Promise<string> {
  const registry = new Registry();
  const names = new Set(readings.map(({ figure }) => figure));
  const gauges = new Map([...names].map((name) => [name, gaugeOf(registry, name)]));
  for (const { figure, labels, value } of readings) gauges.get(figure)?.set(plain(labels), value);
  return names.size === 0 ? '' : registry.metrics();
}

function gaugeOf(registry: Registry, name: FigureName): Gauge<string> {
  const { help, labels } = figures[name];
  return new Gauge({ name: `servpack_${name}`, help, labelNames: [...labels], registers: [registry] });
}

const plain = (labels: Reading['labels']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels).map(([name, text]) => [name, visible(text).slice(0, labelAtMost).toWellFormed()]),
  );
