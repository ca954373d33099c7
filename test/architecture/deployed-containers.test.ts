import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { serverSettings } from '../../orchestrator/embedded-redis/server-process.ts';
import { environment, readConfig } from '../../shared/config.ts';
import { stopDeadlines } from '../../shared/run-process.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'deploy/kubernetes');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const known = new Set(Object.keys(environment.shape));

const named = z.strictObject({ name: z.string() });
const mount = z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() });
const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.enum(['/healthz', '/readyz']), port: z.literal('api') }).optional(),
  exec: z.strictObject({ command: z.array(z.string()) }).optional(),
  periodSeconds: z.int(),
  timeoutSeconds: z.int().optional(),
  initialDelaySeconds: z.int().optional(),
  failureThreshold: z.int().optional(),
});

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  envFrom: z.array(z.strictObject({ configMapRef: named })).default([]),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  startupProbe: probe.optional(),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
    limits: z.strictObject({ memory: z.string() }),
  }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(mount),
});

const pod = z.strictObject({
  terminationGracePeriodSeconds: z.int(),
  automountServiceAccountToken: z.literal(false),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    runAsGroup: z.int().positive(),
    fsGroup: z.int().positive(),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  topologySpreadConstraints: z.array(z.unknown()).optional(),
  containers: z.tuple([container]),
  volumes: z.array(
    z.looseObject({ name: z.string(), secret: z.looseObject({ secretName: z.string() }).optional() }),
  ),
});

const object = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const workload = object.extend({
  spec: z.looseObject({
    replicas: z.int(),
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.strictObject({
      metadata: z.strictObject({ labels: z.record(z.string(), z.string()) }),
      spec: pod,
    }),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: named })).default([]),
  }),
});

const kustomization = z
  .looseObject({
    resources: z.array(z.string()),
    configMapGenerator: z.tuple([z.strictObject({ name: z.string(), literals: z.array(z.string()) })]),
  })
  .parse(parse(read('deploy/kubernetes/kustomization.yaml')));
const [settings] = kustomization.configMapGenerator;
const shared = Object.fromEntries(
  settings.literals.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

const objects = kustomization.resources.flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { merge: true }).map((each) =>
    object.parse(each.toJS()),
  ),
);
const workloads = objects
  .filter(({ kind }) => kind === 'StatefulSet' || kind === 'Deployment')
  .map((each) => workload.parse(each));
const containers = workloads.map(({ spec }) => spec.template.spec.containers[0]);
const byName = new Map(containers.map((each) => [each.name, each]));

describe('deploy/kubernetes', () => {
  it('names every file of its folder, and has the parts of servpack', () => {
    expect([...kustomization.resources, 'kustomization.yaml'].toSorted()).toEqual(
      readdirSync(folder).toSorted(),
    );
    expect(workloads.map(({ kind, metadata, spec }) => [kind, metadata.name, spec.replicas])).toEqual([
      ['StatefulSet', 'servpack-redis', 1],
      ['StatefulSet', 'servpack-orchestrator', 2],
      ['Deployment', 'servpack-worker', 2],
    ]);
  });

  it('names only settings that exist, which together are valid', () => {
    const own = containers.flatMap(({ env }) => env.map(({ name }) => name));
    expect([...Object.keys(shared), ...own].filter((name) => !known.has(name))).toEqual([]);
    for (const { name, env } of containers.filter((each) => each.envFrom.length > 0)) {
      const given = { ...shared, ...Object.fromEntries(env.map((each) => [each.name, each.value])) };
      const config = unwrapped(readConfig({ ...given, REDIS_PASSWORD_FILE: '' }));
      expect([name, config.metrics.listen]).toEqual([name, { host: '0.0.0.0', port: 7309, to: 7309 }]);
    }
    expect(byName.get('worker')?.env).toContainEqual({ name: 'SERVPACK_GATEWAY', value: 'ssh' });
  });

  it('mounts every volume that it has, no other, and the secrets where the settings look for them', () => {
    for (const { spec } of workloads) {
      const {
        volumes,
        containers: [only],
      } = spec.template.spec;
      const there = [...volumes, ...spec.volumeClaimTemplates.map(({ metadata }) => metadata)].map(
        ({ name }) => name,
      );
      expect(only.volumeMounts.map(({ name }) => name).toSorted()).toEqual(there.toSorted());
      expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    }
    const paths = byName.get('worker')?.volumeMounts.map(({ mountPath }) => mountPath);
    expect(paths).toEqual(expect.arrayContaining(['/etc/servpack/ssh', '/etc/servpack/redis']));
    const page = read('docs/operations/kubernetes.md');
    const secrets = workloads.flatMap(({ spec }) =>
      spec.template.spec.volumes.flatMap(({ secret }) => secret?.secretName ?? []),
    );
    expect(secrets).toContain('servpack-redis');
    expect(secrets.filter((name) => !page.includes(`create secret generic ${name} `))).toEqual([]);
  });

  it('starts what the image has, and gives every process more time to stop than it takes', () => {
    for (const name of ['orchestrator', 'worker']) {
      const command = byName.get(name)?.command ?? [];
      expect(readdirSync(join(root, command[1]?.split('/')[0] ?? ''))).toContain('main.ts');
      expect(byName.get(name)?.image).toBe('servpack');
    }
    for (const { spec } of workloads)
      expect(spec.template.spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(
        stopDeadlines.processMs + 5_000,
      );
  });

  it('runs Redis as `servpack up` does', () => {
    const ofItsOwn = /^(bind|port|protected-mode|requirepass|daemonize|dir|#.*)( |$)/;
    const wanted = serverSettings(6379, 'x', 7)
      .split('\n')
      .filter((line) => line !== '' && !ofItsOwn.test(line));
    const given = (byName.get('redis')?.command.at(-1) ?? '').split('\n').map((line) => line.trim());
    expect(given).toEqual(expect.arrayContaining(wanted));
  });

  it('lets nothing into a pod but what a policy names, on ports that the pod has', () => {
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      workloads.map(({ metadata }) => metadata.name).toSorted(),
    );
    const policy = z.looseObject({
      spec: z.strictObject({
        podSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
        policyTypes: z.tuple([z.literal('Ingress')]),
        ingress: z.array(
          z.looseObject({ from: z.array(z.unknown()).min(1), ports: z.array(z.object({ port: z.int() })) }),
        ),
      }),
    });
    for (const each of policies) {
      const { podSelector, ingress } = policy.parse(each).spec;
      const target = workloads.find(({ metadata }) => metadata.name === each.metadata.name);
      expect(podSelector.matchLabels).toEqual(target?.spec.template.metadata.labels);
      const has = target?.spec.template.spec.containers[0].ports.map(({ containerPort }) => containerPort);
      expect(ingress.flatMap(({ ports }) => ports.map(({ port }) => port)).toSorted((a, b) => a - b)).toEqual(
        has,
      );
    }
  });

  const hasKubectl = runs('kubectl', ['version', '--client']);
  it.runIf(hasKubectl)('is put together by kustomize', () => {
    const made = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', stdio: 'pipe' });
    expect(made).toContain('image: servpack:0.1.0');
    expect(parseAllDocuments(made).length).toBe(objects.length + 1);
  });
});

describe('deploy/compose/production.yaml', () => {
  const usual = read('deploy/compose/production.yaml').replaceAll(/\$\{\w+:[-?]([^}]*)\}/g, '$1');
  /** Engines hand every value over as text, and nothing as an empty one. */
  const value = z
    .union([z.string(), z.number()])
    .nullable()
    .transform((given) => String(given ?? ''));
  const service = z.looseObject({
    environment: z.record(z.string(), value).default({}),
    ports: z.array(z.string()).default([]),
    networks: z.array(z.string()),
    deploy: z.looseObject({ resources: z.object({ limits: z.object({ memory: z.string() }) }) }),
    volumes: z.array(z.unknown()).default([]),
  });
  const schema = z.looseObject({
    services: z.record(z.string(), service),
    networks: z.record(z.string(), z.unknown()),
    volumes: z.record(z.string(), z.unknown()),
  });
  const { services, networks } = schema.parse(parse(usual, { merge: true }));
  const base = z
    .looseObject({
      services: z.record(z.string(), z.looseObject({ environment: z.record(z.string(), value).optional() })),
    })
    .parse(parse(read('compose.yaml').replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'), { merge: true }));

  it('publishes the proxy alone, and limits the memory of what it adds', () => {
    expect(
      Object.entries(services)
        .filter(([, { ports }]) => ports.length > 0)
        .map(([name]) => name),
    ).toEqual(['proxy']);
    expect(Object.keys(services)).toEqual(['orchestrator', 'standby', 'worker', 'proxy']);
    expect(networks['metrics']).toEqual({ internal: true });
  });

  it('names only settings that exist, and the second orchestrator has those of the first', () => {
    const all = Object.values(services).flatMap((each) => Object.keys(each.environment));
    expect(all.filter((name) => !known.has(name))).toEqual([]);
    const first = { ...base.services['orchestrator']?.environment, ...services['orchestrator']?.environment };
    // It takes no check-ins, and has no lab time.
    const notIn = Object.keys(first).filter((name) => services['standby']?.environment[name] === undefined);
    expect(
      notIn.filter((name) => !name.startsWith('SERVPACK_CHECKIN_') && name !== 'SERVPACK_LAB_CLOCK'),
    ).toEqual([]);
    for (const [name, value] of Object.entries(services['standby']?.environment ?? {}))
      expect([name, value]).toEqual([name, first[name]]);
  });

  it('has a proxy that leads to both orchestrators, and answers no metrics', () => {
    const nginx = read('deploy/compose/nginx.conf');
    for (const name of ['orchestrator', 'standby']) expect(nginx).toContain(`server ${name}:7300 `);
    for (const file of ['deploy/compose/nginx.conf', 'deploy/nginx/servpack.conf'])
      expect(read(file)).toMatch(/location = \/metrics \{ return 404; \}/);
    expect(JSON.stringify(services['proxy']?.volumes)).toContain('./deploy/compose/nginx.conf');
  });
});

function runs(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
