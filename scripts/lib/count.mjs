// Counts what the checks and tests reported.
//   count.mjs checks                       prints the names of the checks in package.json
//   count.mjs sum CHECKS RESULT.json … [--kinds KIND …]
//                                          prints `N passed, N failed` on stdout and each failure on stderr; exit status 1 when
//                                          anything failed or nothing ran, also of one of these kinds: see `kindOf`
import { existsSync, readFileSync } from 'node:fs'

const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean)

const ofChecks = (file) => {
  const failures = lines(file).filter((line) => !line.startsWith('passed '))
  return { passed: lines(file).length - failures.length, failures }
}

/** A file that could not be loaded has no tests of its own to fail, and an unhandled error belongs to none: each is one failure. */
const ofVitest = (file) => {
  if (!existsSync(file)) return { passed: 0, failures: [`failed ${file}: vitest left no report`] }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const passed = report.testResults.flatMap(({ assertionResults }) =>
    withStatus('passed', assertionResults),
  ).length
  const failures = report.testResults.flatMap(ofSuite)
  if (failures.length > 0 || report.success) return { passed, failures }
  return { passed, failures: [`failed ${file}: an error outside of all tests, told above`] }
}

const ofSuite = ({ name, status, message, assertionResults }) => {
  const failed = withStatus('failed', assertionResults)
  if (failed.length === 0) return status === 'failed' ? [`failed ${name}\n${start(message)}`] : []
  return failed.map((test) => `failed ${name} › ${test.fullName}\n${start(test.failureMessages?.[0])}`)
}

/** `a.e2e.test.ts` is of the kind e2e, `a.test.ts` of the kind unit. */
const kindOf = ({ name }) => /\.(\w+)\.test\.ts$/.exec(name)?.[1] ?? 'unit'

/** A pattern of files that matches none would else be told by nobody. */
const missingOf = (reports, kinds) => {
  const suites = reports
    .filter(existsSync)
    .flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).testResults)
    .filter(({ assertionResults }) => withStatus('passed', assertionResults).length > 0)
  const found = new Set(suites.map(kindOf))
  return kinds
    .filter((kind) => !found.has(kind))
    .map((kind) => `failed ${kind}: no test of this kind has passed`)
}

const withStatus = (status, tests) => tests.filter((test) => test.status === status)

/** Enough of a message to know what went wrong where only the end of all output is kept. */
const start = (message) => (message ?? '').split('\n').slice(0, 12).join('\n')

const [command, ...files] = process.argv.slice(2)
if (command === 'checks') {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const name of Object.keys(scripts)) if (name.startsWith('check:')) console.log(name)
} else if (command === 'sum') {
  const end = files.includes('--kinds') ? files.indexOf('--kinds') : files.length
  const [checks, ...reports] = files.slice(0, end)
  const counts = [ofChecks(checks), ...reports.map(ofVitest)]
  const passed = counts.reduce((sum, one) => sum + one.passed, 0)
  const failures = [...counts.flatMap((one) => one.failures), ...missingOf(reports, files.slice(end + 1))]
  for (const failure of failures) console.error(failure)
  console.log(`${passed} passed, ${failures.length} failed`)
  process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0
} else {
  throw new Error(`unknown command: ${command}`)
}
