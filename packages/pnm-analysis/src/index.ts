export { leakyAverage } from "./averaging.ts";
export { type BandPower, bandPower, type LevelSpectrum, occupiedBandwidthHz } from "./band.ts";
export { AnalysisError, type AnalysisErrorCode } from "./errors.ts";
export { createFft, type Fft, fftOf, isPowerOfTwo, nextPowerOfTwo } from "./fft.ts";
export { groupDelayS } from "./group-delay.ts";
export {
  falseAlarmThresholdDb,
  LOG_AVERAGE_BIAS_DB,
  maxHoldDriftDb,
  minHoldDriftDb,
  noiseSpreadDb,
  SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB,
} from "./noise-statistics.ts";
export { type QamPoints, qamPoints } from "./qam-points.ts";
export {
  raisedCosineDensity,
  rootRaisedCosine,
  SC_QAM_ROLL_OFF,
  symbolRateOfWidth,
} from "./raised-cosine.ts";
export { Random, seedFrom, splitMix64 } from "./random.ts";
export { REQUIRED_MER_DOWNSTREAM, REQUIRED_MER_UPSTREAM, type RequiredMer } from "./required-mer.ts";
export { runningMedian } from "./running-median.ts";
export {
  type FrameLevels,
  isUncalibrated,
  rawAdcLevelsDbmv,
  type TimeSampleOptions,
  timeIqLevelsDbmv,
} from "./time-samples.ts";
export {
  amplitudeOfDb,
  DBM_OF_0_DBMV,
  dbmOfDbmv,
  dbmvOfDbm,
  dbOfPower,
  powerOfDb,
  rescaleDb,
  sumDb,
  thermalNoiseDbmv,
} from "./units.ts";
export { type UtscFrameOptions, utscFrameLevels, windowOfCode } from "./utsc-frame.ts";
export {
  figuresOf,
  type WindowFigures,
  type WindowName,
  windowCoefficients,
  windowFigures,
} from "./window.ts";
