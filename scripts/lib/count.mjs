// Counts what the checks and tests reported.
//   count.mjs checks                       prints the names of the checks in package.json
//   count.mjs sum CHECKS RESULT.json …     prints `N passed, N failed`; exit status 1 when anything failed or nothing ran
import { existsSync, readFileSync } from 'node:fs'

const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean)

const ofChecks = (file) => {
  const passed = lines(file).filter((line) => line.startsWith('passed ')).length
  return { passed, failed: lines(file).length - passed }
}

/** A file that could not be loaded has no tests of its own to fail, and an unhandled error belongs to none: each is one failure. */
const ofVitest = (file) => {
  if (!existsSync(file)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const count = (tests, status) => tests.filter((test) => test.status === status).length
  const tests = report.testResults.flatMap((result) => result.assertionResults)
  const broken = report.testResults.filter(
    (result) => result.status === 'failed' && count(result.assertionResults, 'failed') === 0,
  ).length
  const failed = count(tests, 'failed') + broken
  return { passed: count(tests, 'passed'), failed: failed === 0 && !report.success ? 1 : failed }
}

const [command, ...files] = process.argv.slice(2)
if (command === 'checks') {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const name of Object.keys(scripts)) if (name.startsWith('check:')) console.log(name)
} else if (command === 'sum') {
  const [checks, ...reports] = files
  const counts = [ofChecks(checks), ...reports.map(ofVitest)]
  const passed = counts.reduce((sum, one) => sum + one.passed, 0)
  const failed = counts.reduce((sum, one) => sum + one.failed, 0)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
} else {
  throw new Error(`unknown command: ${command}`)
}
