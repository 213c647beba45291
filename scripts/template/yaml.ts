import { Document, type Node, Scalar, visit, YAMLMap, YAMLSeq } from 'yaml';
import type { Json } from './choices';

/** What is on one line. */
const MAX_FLOW_CHARACTERS = 300;

/**
 * CloudFormation reads YAML 1.1, which takes `2012-10-17` for a date unless it's quoted. Code is a block, as it is in its file, and
 * functions of CloudFormation have their short form: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
 */
export function toYaml(template: Json): string {
  const document = new Document(null, { version: '1.1' });
  document.contents = nodeOf(template) as typeof document.contents;
  return document.toString({ lineWidth: 0, blockQuote: 'literal' });
}

function nodeOf(value: Json): Node {
  if (Array.isArray(value)) return Object.assign(new YAMLSeq(), { items: value.map(nodeOf) });
  if (typeof value !== 'object' || value === null) return new Scalar(value);
  const entries = Object.entries(value as { readonly [key: string]: Json });
  const [[name, argument] = ['', null], ...others] = entries;
  const tag = others.length === 0 ? shortForm(name, argument) : undefined;
  if (tag) return taggedNode(tag, argument);
  const map = new YAMLMap();
  for (const [key, entry] of entries) map.add({ key: new Scalar(key), value: nodeOf(entry) });
  return map;
}

function shortForm(name: string, argument: Json): string | undefined {
  if (name === 'Ref' || (name === 'Condition' && typeof argument === 'string')) return `!${name}`;
  return /^Fn::(\w+)$/.exec(name)?.[1]?.replace(/^/, '!');
}

function taggedNode(tag: string, argument: Json): Node {
  const dotted = tag === '!GetAtt' && Array.isArray(argument) ? argument.join('.') : argument;
  const node = nodeOf(dotted);
  node.tag = tag;
  if (JSON.stringify(argument).length <= MAX_FLOW_CHARACTERS) makeFlow(node);
  return node;
}

/** Readers differ in what they take for plain text between brackets. */
function makeFlow(node: Node): void {
  if (!(node instanceof YAMLSeq || node instanceof YAMLMap)) return;
  node.flow = true;
  visit(node, {
    Scalar: (key, scalar) => {
      const isPlain = key === 'key' || /^[A-Za-z][\w:.-]*$/.test(String(scalar.value));
      if (typeof scalar.value === 'string' && !isPlain) scalar.type = 'QUOTE_DOUBLE';
    },
  });
}
