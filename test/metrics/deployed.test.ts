import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { figures } from '../../orchestrator/metrics/figures.ts';
import { openProcessFigures } from '../../orchestrator/metrics/process-figures.ts';
import { openFigures } from '../../workers/metrics/figures.ts';
import { alertsFile, readAlerts, readDashboard } from './deployed.ts';
import { metricNamesIn } from './names.ts';

const root = join(import.meta.dirname, '../..');

/** The labels that each metric has, by the code. */
const labelsOf = new Map<string, readonly string[]>([
  ...Object.entries(figures).map(([name, { labels }]) => [`servpack_${name}`, labels] as const),
  ...[openProcessFigures(() => true).registry, openFigures().registry].flatMap((registry) =>
    registry
      .getMetricsAsArray()
      .map(
        (metric) =>
          [metric.name, (metric as unknown as { labelNames: readonly string[] }).labelNames] as const,
      ),
  ),
]);

test('every alert leads to a heading that exists, and every heading of the page is that of an alert', () => {
  const headings = new Map<string, ReadonlySet<string>>();
  const headingsOf = (file: string): ReadonlySet<string> => {
    const found =
      headings.get(file) ??
      new Set(
        [...readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
          heading
            .toLowerCase()
            .replaceAll(/[^a-z0-9 -]/g, '')
            .replaceAll(' ', '-'),
        ),
      );
    headings.set(file, found);
    return found;
  };
  const links = readAlerts().map(({ annotations }) => annotations.runbook_url);
  expect(links.length).toBeGreaterThan(10);
  const broken = links.filter((link) => {
    const [file = '', anchor = ''] = link.split('#');
    return !headingsOf(file).has(anchor);
  });
  expect(broken).toEqual([]);
  const page = 'docs/operations/alerts.md';
  const unused = [...headingsOf(page)].filter(
    (anchor) => anchor !== 'alerts' && !links.includes(`${page}#${anchor}`),
  );
  expect(unused).toEqual([]);
});

test('the page of the alerts names every alert, and no other', () => {
  const page = readFileSync(join(root, 'docs/operations/alerts.md'), 'utf8');
  const named = new Set([...page.matchAll(/`(Servpack\w+)`/g)].map(([, name = '']) => name));
  expect([...named].toSorted()).toEqual(
    readAlerts()
      .map(({ alert }) => alert)
      .toSorted(),
  );
});

test('alerts and dashboard group and choose by labels that the metric has', () => {
  const expressions = [
    ...readAlerts().map(({ expr }) => expr),
    ...readDashboard().panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  const wrong = expressions.flatMap((expr) =>
    [...expr.matchAll(/(servpack_\w+?)(?:_bucket|_sum|_count)?\{([^}]*)\}/g)].flatMap(
      ([, name = '', chosen = '']) =>
        [...chosen.matchAll(/(\w+)(?:=~?|!)/g)]
          .map(([, label = '']) => label)
          .filter((label) => labelsOf.get(name)?.includes(label) !== true)
          .map((label) => `${name} has no label ${label}`),
    ),
  );
  expect(wrong).toEqual([]);
  expect(expressions.flatMap(metricNamesIn).length).toBeGreaterThan(30);
});

test('the dashboard has its rows and its variable, and no two panels in one place', () => {
  const { panels, templating } = readDashboard();
  expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
    'Now',
    'Waves',
    'Blockers',
    'Engine',
    'API',
  ]);
  expect(templating.list.map(({ name }) => name)).toContain('campaign');
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
});

/** Comes with the package `prometheus` of Debian. */
const hasPromtool = (() => {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.runIf(hasPromtool)(
  'promtool finds the rules right, and each of them fires over the series of its case',
  () => {
    expect(execFileSync('promtool', ['check', 'rules', alertsFile], { encoding: 'utf8' })).toContain(
      'SUCCESS',
    );
    const cases = join(import.meta.dirname, 'alerts.promtool.yaml');
    expect(execFileSync('promtool', ['test', 'rules', cases], { encoding: 'utf8' })).toContain('SUCCESS');
  },
);
