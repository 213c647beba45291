import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/**
 * esbuild keeps only legal comments: https://esbuild.github.io/api/#legal-comments. This makes every comment on lines of its own a legal
 * one, and `restoreComments` makes it a comment again. Use both with `legalComments: 'inline'`.
 */
export const keepComments: Plugin = {
  name: 'keep-comments',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/lambda\/.*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: markComments(readFileSync(path, 'utf8')),
    }));
  },
};

const COMMENT = /^( *)(\/\*\*(?:[^*]|\*(?!\/))*\*\/|\/\/ .*(?:\n *\/\/ .*)*)\n(?=(.*))/gm;
const MARKED_COMMENT = /^( *)(\/\*!(?:[^*]|\*(?!\/))*\*\/|\/\/!.*(?:\n *\/\/! .*)*)\n(?=(.*))/gm;

const DECLARATION = /^(?:export )?(?:async )?(?:function\*?|class|const|let|var|interface|type) (\w+)/;
const declaredBy = (line: string): string | undefined => DECLARATION.exec(line)?.[1];

/** At the top level with the name that it is about: esbuild leaves the comment where it removes a declaration that nothing uses. */
export const markComments = (source: string): string =>
  source.replace(COMMENT, (_, indent: string, comment: string, next: string) => {
    const subject = indent === '' ? declaredBy(next) : undefined;
    const marked = comment.replace(/^\/\*\*/, '/*!').replace(/^( *)\/\/ /gm, '$1//! ');
    return `${indent}${subject ? marked.replace('!', `!<${subject}>`) : marked}\n`;
  });

export const restoreComments = (bundle: string): string =>
  bundle.replace(MARKED_COMMENT, (_, indent: string, comment: string, next: string) => {
    const subject = /^..!<(\w+)>/.exec(comment)?.[1];
    // esbuild adds a number to a name that another file has too.
    if (subject && declaredBy(next)?.replace(/\d+$/, '') !== subject.replace(/\d+$/, '')) return '';
    const text = comment.replace(/^(..!)<\w+>/, '$1');
    return `${indent}${text.replace(/^\/\*!/, '/**').replace(/^( *)\/\/! /gm, '$1// ')}\n`;
  });

/**
 * CloudFormation's `GetTemplate` has a `?` in the place of what isn't ASCII, and so has an update that starts from that template:
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220. Only literals and comments have any, and tabs.
 */
export const inAscii = (code: string): string =>
  code.replace(/[^\n -~]/g, (character) =>
    character === '\t' ? '\\t' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
