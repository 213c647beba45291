import { align } from '../../../scripts/template/align';
import type { Json } from '../../../scripts/template/choices';
import { Weaver } from '../../../scripts/template/weave';

const CHOICES = ['A', 'B'].map((name) => ({ name, condition: true }));
const ABSENT = { Ref: 'AWS::NoValue' };
const statement = (Action: Json, Resource: string) => ({ Action, Effect: 'Allow', Resource });

/** Of a value by which choices are on. */
const weave = (valueFor: (on: { readonly A: boolean; readonly B: boolean }) => Json | undefined): Json =>
  new Weaver(CHOICES).weave((off) => valueFor({ A: !off.has('A'), B: !off.has('B') }));

test.each<[string, Parameters<typeof weave>[0], Json]>([
  ['the same', () => ({ x: [1] }), { x: [1] }],
  ['text', ({ A }) => ({ x: A ? 'yes' : 'no' }), { x: { 'Fn::If': ['A', 'yes', 'no'] } }],
  ['a key', ({ B }): Json => (B ? { x: 1, y: 2 } : { x: 1 }), { x: 1, y: { 'Fn::If': ['B', 2, ABSENT] } }],
  ['an element', ({ A }) => (A ? [1, 2, 3] : [1, 3]), [1, { 'Fn::If': ['A', 2, ABSENT] }, 3]],
  [
    'a function of CloudFormation',
    ({ A }) => (A ? { Ref: 'X' } : { Ref: 'Y' }),
    { 'Fn::If': ['A', { Ref: 'X' }, { Ref: 'Y' }] },
  ],
  [
    'both choices',
    ({ A, B }) => `${A}${B}`,
    { 'Fn::If': ['A', { 'Fn::If': ['B', 'truetrue', 'truefalse'] }, { 'Fn::If': ['B', 'falsetrue', 'falsefalse'] }] },
  ],
  ['other elements', ({ A }) => (A ? [1, 2] : [3]), { 'Fn::If': ['A', [1, 2], [3]] }],
])('%s', (_, valueFor, woven) => {
  expect(weave(valueFor)).toEqual(woven);
});

test('a list is aligned so that the most stays equal, and a statement with one field changed is the same one', () => {
  const [first, second, third] = [statement('a', '*'), statement('b', '*'), statement(['c', 'd'], 'r')];
  expect(align([first, second, third], [second, third])).toEqual([undefined, second, third]);
  expect(align([first, second, third], [second, statement('c', 'r')])).toEqual([
    undefined,
    second,
    statement('c', 'r'),
  ]);
  expect(align([first, third], [statement('x', 'y')])).toBeUndefined();
});
