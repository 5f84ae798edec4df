import { vi } from 'vitest'

/** What the tests of another file in this process have made a secret would be masked in what this one's look at. */
vi.resetModules()
