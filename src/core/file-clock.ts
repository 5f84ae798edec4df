/**
 * Two writes within this time may carry the same time, and a write may carry one that is so much too early: the clock that file
 * systems stamp with ticks every 4 to 10 ms. Milliseconds.
 */
export const fileClockTick = 20
