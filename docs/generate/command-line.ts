import type { Command, Option } from 'commander'
import { catalogOf } from '../../src/config/catalog.ts'
import { createProgram } from '../../src/cli/program.ts'
import { cell, page } from './page.ts'

/** Every command with its arguments and flags, as `tidb-test` itself has them. */
export function commandLinePage(): string {
  const program = wholeProgram()
  return page('tidb-test', [
    'Exit codes: 0 success, 1 failure, 2 wrong command line or configuration, 130 and 143 after SIGINT and SIGTERM.',
    '`vitest-tidb` is another name of the same program.',
    '',
    ...program.commands.flatMap((command) => describe(command, `tidb-test ${command.name()}`)),
  ])
}

/** The program with all its commands, to be looked at and not to be run. */
export function wholeProgram(): Command {
  return createProgram({
    signal: new AbortController().signal,
    exitWith: () => undefined,
    catalog: catalogOf(),
    afterDashes: [],
    log: { report: () => undefined } as never,
  })
}

function describe(command: Command, name: string): readonly string[] {
  const shown = command.createHelp().visibleOptions(command)
  return [
    `## ${name}`,
    '',
    cell(command.description()),
    '',
    ...(command.commands.length > 0 ? [] : ['```text', `${name} ${command.usage()}`, '```', '']),
    ...(command.registeredArguments.length === 0
      ? []
      : [
          '| argument | meaning |',
          '| --- | --- |',
          ...command.registeredArguments.map((each) => `| \`${cell(each.name())}\` | ${cell(each.description)} |`),
          '',
        ]),
    ...(shown.length === 0 ? [] : ['| flag | meaning |', '| --- | --- |', ...shown.map(row), '']),
    ...command.commands.flatMap((child) => describe(child, `${name} ${child.name()}`)),
  ]
}

function row(option: Option): string {
  return `| \`${cell(option.flags)}\` | ${cell(option.description)} |`
}
