import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { catalogue } from '../../scripts/drill/catalogue.js';
import { planLanes } from '../../scripts/drill/lane-plan.js';
import { readScenario, showScenario } from '../../scripts/drill/scenario-file.js';
import { parseScenario } from '../../scripts/drill/scenario-parse.js';
import { planSteps } from '../../scripts/drill/step-plan.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'muster-scenario-'));
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});
const write = (name: string, text: string): string => {
  writeFileSync(join(cwd, name), text);
  return name;
};
const whole = { name: 'mine', summary: 'what it does', steps: [{ do: 'scale', members: 2 }, { do: 'kill' }] };

describe('every drill of the catalogue', () => {
  it.each(catalogue.map((scenario) => [scenario.name, scenario] as const))(
    '%s can be shown, changed and read again',
    async (name, scenario) => {
      expect(await readScenario(cwd, write(`${name}.yaml`, showScenario(scenario)))).toEqual(scenario);
      // Its settings are of the workers' contract, its steps count their members.
      expect(planLanes(scenario).length).toBeGreaterThan(0);
      expect(new Set(planSteps(scenario.steps).map((step) => step.name)).size).toBe(scenario.steps.length);
    },
  );

  it('has a name of its own, and says in a line what it does', () => {
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
    for (const { summary } of catalogue) expect(summary).toMatch(/^.{20,150}$/);
  });
});

describe('a drill of a person’s own', () => {
  it.each([
    ['mine.yaml', 'name: mine\nsummary: what it does\nsteps:\n  - { do: scale, members: 2 }\n  - do: kill\n'],
    ['mine.json', JSON.stringify(whole)],
    ['mine.mjs', `export default ${JSON.stringify(whole)};`],
    [
      'mine.ts',
      `import { two } from './numbers/two.js';
       interface Step { do: string; members?: number }
       const steps: Step[] = [{ do: 'scale', members: two }, { do: 'kill' }];
       export const scenario = { name: 'mine', summary: 'what it does' as string, steps };`,
    ],
  ])('in %s', async (name, text) => {
    mkdirSync(join(cwd, 'numbers'), { recursive: true });
    write('numbers/two.ts', 'export const two: number = 2;');
    expect(await readScenario(cwd, write(name, text))).toEqual(whole);
  });

  it('as docs/drills.md shows it', async () => {
    const page = readFileSync(new URL('../../docs/drills.md', import.meta.url), 'utf8');
    const shown = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const scenario = await readScenario(cwd, write('shown.yaml', shown));
    expect(planSteps(scenario.steps).map(({ name, members }) => [name, members])).toEqual([
      ['4 members', 4],
      ['SIGKILL, replaced', 4],
      ['the second crash', 4],
    ]);
    // Every drill has a place on the page, every step too.
    for (const { name, steps } of catalogue)
      for (const word of [name, ...steps.map((step) => step.do)]) expect(page).toContain(`\`${word}\``);
  });

  it('may write numbers where workers read text', () => {
    expect(parseScenario({ ...whole, consumer: { CONSUMER_WORK_MS: 5 } }, 'f').consumer).toEqual({ CONSUMER_WORK_MS: '5' });
  });

  it.each([
    ['nothing', '', /f\.yaml: the file is null; it must hold name, summary/],
    ['no steps', 'name: a\nsummary: b\n', /steps is missing; a scenario needs one/],
    ['an empty list of steps', 'name: a\nsummary: b\nsteps: []', /steps is \[\]; it must be a list of one or more steps/],
    [
      'a field that is none',
      'name: a\nsumary: b\nsteps: [{do: hold}]',
      /sumary is unknown \(did you mean summary\?\); a scenario may hold name/,
    ],
    ['a name with blanks', 'name: a b\nsummary: b\nsteps: [{do: hold}]', /name is "a b"; it must be small letters/],
    ['a step that is none', 'steps: [{do: kil}]', /steps\[0\]\.do is "kil" \(did you mean kill\?\); it must be one of scale, kill, stop/],
    ['a step without a deed', 'steps: [{members: 3}]', /steps\[0\] is {"members":3}; a step says what it does/],
    [
      'a field of another step',
      'steps: [{do: scale, members: 1}, {do: stop, replaced: true}]',
      /steps\[1\]\.replaced is unknown; steps\[1\] may hold/,
    ],
    [
      'a number of members that cannot be',
      'steps: [{do: scale, members: 0}]',
      /steps\[0\]\.members is 0; it must be a whole number from 1 to 1000/,
    ],
    ['what is missing in a step', 'steps: [{do: scale}]', /steps\[0\]\.members is missing; steps\[0\] needs one/],
    [
      'a member killed where none is',
      'steps: [{do: kill}]',
      /f\.yaml: steps\[0\] does "kill", but no member runs by then; begin with a step/,
    ],
    [
      'two steps of one name',
      'steps: [{do: scale, members: 1, name: x}, {do: hold, name: x}]',
      /two steps are named "x"; a report tells steps by their names/,
    ],
    [
      'a variable that is none',
      'consumer: {CONSUMER_WORK: 5}\nsteps: [{do: hold}]',
      /f\.yaml: consumer sets CONSUMER_WORK for the consumer, which reads no such variable \(did you mean CONSUMER_WORK_MS\?\)/,
    ],
    [
      'a value that is none',
      'lanes: [{name: x, consumer: {CONSUMER_COMMIT: autto}}]\nsteps: [{do: hold}]',
      /lanes\[0\]\.consumer sets CONSUMER_COMMIT to "autto".*one of manual, auto \(did you mean auto\?\)/,
    ],
    [
      'a number out of bounds',
      'producer: {PRODUCER_RATE: 0}\nsteps: [{do: hold}]',
      /PRODUCER_RATE to "0" for the producer; it must be a whole number from 1/,
    ],
    ['two lanes of one name', 'lanes: [{name: x}, {name: x}]\nsteps: [{do: hold}]', /lanes has two of the name x/],
    [
      'an expectation that is none',
      'expect: {lost: bounded}\nsteps: [{do: hold}]',
      /expect\.lost is "bounded"; it must be one of none, some, any/,
    ],
    [
      'a broker that is none',
      'steps: [{do: kill-broker, broker: boss, backAfterMs: 1}]',
      /broker is "boss"; it must be one of leader, follower, coordinator, controller/,
    ],
    [
      'a place to go back to that is none',
      'steps: [{do: scale, members: 1}, {do: reset, to: end}]',
      /steps\[1\]\.to is "end"; it must be "beginning" or { secondsAgo: N }/,
    ],
    ['no YAML', 'name: [', /cannot read the scenario f\.yaml: /],
  ])('is refused with the place and what may stand there: %s', async (_, text, message) => {
    const content = text.includes('name: a') || text === '' || text === 'name: [' ? text : `name: a\nsummary: b\n${text}`;
    await expect(readScenario(cwd, write('f.yaml', content))).rejects.toThrow(message);
  });

  it.each([
    ['absent.yaml', undefined, /cannot read the scenario absent\.yaml: ENOENT/],
    ['mine.txt', 'x', /mine\.txt is no scenario file; its name must end with \.yaml/],
    ['none.ts', 'export const other = 1;', /none\.ts exports no scenario; write "export const scenario = { name: 'none'/],
    ['torn.ts', 'export const scenario = {', /cannot run the scenario torn\.ts: /],
    ['throws.ts', 'throw new Error("no such luck");', /cannot run the scenario throws\.ts: no such luck/],
  ])('in a file that is none: %s', async (name, text, message) => {
    if (text !== undefined) write(name, text);
    await expect(readScenario(cwd, name)).rejects.toThrow(message);
  });
});

describe('the names of steps', () => {
  it('are made from what they do, and told apart', () => {
    const names = planSteps([
      { do: 'scale', members: 1 },
      { do: 'scale', members: 3 },
      { do: 'kill' },
      { do: 'kill', replaced: true },
      { do: 'kill', replaced: true },
      { do: 'stop', name: 'one goes' },
      { do: 'hold' },
    ]).map(({ name, members }) => [name, members]);
    expect(names).toEqual([
      ['1 member', 1],
      ['1 → 3', 3],
      ['SIGKILL, 3 → 2', 2],
      ['SIGKILL, replaced', 2],
      ['SIGKILL, replaced (2)', 2],
      ['one goes', 1],
      ['nothing but load', 1],
    ]);
  });
});

describe('the settings of lanes', () => {
  it('a lane wins over its scenario, the person over both', () => {
    const scenario = parseScenario(
      parse(`
        name: a
        summary: b
        producer: { PRODUCER_RATE: 10 }
        consumer: { CONSUMER_WORK_MS: 1, CONSUMER_COMMIT: auto }
        lanes: [{ name: x }, { name: y, consumer: { CONSUMER_WORK_MS: 2 }, topic: { partitions: 3 } }]
        steps: [{ do: hold }]`),
      'f',
    );
    expect(planLanes(scenario).map(({ name, consumer, topic }) => [name, consumer, topic.partitions])).toEqual([
      ['x', { CONSUMER_WORK_MS: '1', CONSUMER_COMMIT: 'auto' }, undefined],
      ['y', { CONSUMER_WORK_MS: '2', CONSUMER_COMMIT: 'auto' }, 3],
    ]);
    const [first] = planLanes(scenario, { rate: 99, workMs: 7, client: 'librdkafka', protocol: 'cooperative' });
    expect(first?.producer).toEqual({ PRODUCER_RATE: '99', KAFKA_CLIENT: 'librdkafka' });
    expect(first?.consumer).toMatchObject({ CONSUMER_WORK_MS: '7', KAFKA_CLIENT: 'librdkafka', CONSUMER_ASSIGNOR: 'cooperative-sticky' });
  });
});
