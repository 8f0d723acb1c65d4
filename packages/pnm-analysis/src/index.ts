export { leakyAverage } from "./averaging.ts";
export { type BandPower, bandPower, type LevelSpectrum, occupiedBandwidthHz } from "./band.ts";
export { captureGapMs } from "./capture-gap.ts";
export { clippedShare } from "./clipped-share.ts";
export { type ComparedSpectrum, compareSpectra, type SpectrumComparison } from "./compare/compare-spectra.ts";
export { compareLines, type LineChange } from "./compare/lines.ts";
export { type BinAxis, coarserAxis, resampled } from "./compare/resample.ts";
export {
  ALARM_TABLE,
  type AlarmEffect,
  type AlarmMemory,
  type AlarmSignal,
  type AlarmState,
  type AlarmTiming,
  alarmStep,
  DEFAULT_TIMING,
  QUIET_ALARM,
} from "./detect/alarm-table.ts";
export { type BeatGrid, beatGridsOf, type DownstreamCarrier } from "./detect/beat-grid.ts";
export { type CombResult, combTest } from "./detect/comb.ts";
export { DETECTORS, DetectorSet, type DetectorSetOptions } from "./detect/detector-set.ts";
export type {
  DetectorEvent,
  DetectorId,
  DetectorNotice,
  EventKind,
  EventSourceId,
  Severity,
  Sighting,
} from "./detect/event.ts";
export { FrameView } from "./detect/frame-view.ts";
export { hiddenMains, hiddenMainsOfPeriod, MainsWatch } from "./detect/hidden-mains.ts";
export { fitHum, type HumFit, humOfModulation } from "./detect/hum-fit.ts";
export { eventRatePerS, probabilityOfIntercept } from "./detect/impulse.ts";
export { LocalBaseline, medianToMeanDb } from "./detect/local-baseline.ts";
export { MAINS_HZ, type MainsFold, MainsFolder, type MainsHz, mainsFold } from "./detect/mains-fold.ts";
export { type Dip, type PassbandShape, passbandShape } from "./detect/passband-shape.ts";
export { fitTemplate, secondOrderTemplate, type TemplateFit } from "./detect/product-template.ts";
export { type Ripple, strongestRipple } from "./detect/ripple.ts";
export {
  RADIO_SERVICES,
  type RadioService,
  SERVICE_REGIONS,
  type ServiceRegion,
  serviceAt,
} from "./detect/services.ts";
export {
  THRESHOLDS,
  type Threshold,
  type ThresholdName,
  type Thresholds,
  thresholdsWith,
} from "./detect/thresholds.ts";
export { type Rehearsal, wouldHaveFired } from "./detect/would-have-fired.ts";
export { AnalysisError, type AnalysisErrorCode } from "./errors.ts";
export { createFft, type Fft, fftOf, isPowerOfTwo, nextPowerOfTwo } from "./fft.ts";
export { groupDelayS } from "./group-delay.ts";
export { type JudgedBand, JudgedMask } from "./mask/judged-mask.ts";
export { bandsOfMask, type MaskBand } from "./mask/mask-bands.ts";
export { type MaskFit, maskFit } from "./mask/mask-fit.ts";
export {
  type LevelLine,
  type LinePoint,
  limitsOfMask,
  MASK_TRACES,
  type MaskSource,
  type MaskTrace,
  type MeasuredChannel,
  noiseShiftDb,
  orderedLine,
} from "./mask/mask-source.ts";
export {
  type MaskState,
  MaskWatch,
  type MaskWatchOptions,
  WATCHED_AVERAGE_FRAMES,
  WATCHED_HOLD_S,
  type WatchedMask,
} from "./mask/mask-watch.ts";
export { adjacentPowerDb, bandwidthAtDb, occupiedBandwidthOfSpectrum } from "./measure/bandwidth.ts";
export { binOfFrequency, binsOfBand, frequencyOfBin } from "./measure/bins.ts";
export { carrierToNoiseDb } from "./measure/carrier-to-noise.ts";
export { levelOfLegs, levelOfOneLeg, shareOfLeg } from "./measure/equal-legs.ts";
export { DENSITY_REFERENCE_HZ, type LevelUnit, levelIn } from "./measure/level-unit.ts";
export {
  type LimitMask,
  MaskTest,
  type MaskVerdict,
  maskAroundTrace,
  maskFromPlan,
  maskFromPoints,
} from "./measure/limit-mask.ts";
export { deltaMarker, levelAt, noiseMarkerDbmvPerHz } from "./measure/markers.ts";
export {
  DEFAULT_EXCURSION_DB,
  findPeaks,
  highestPeak,
  lowestPoint,
  type Peak,
  type PeakOptions,
  type PeakStep,
  stepToPeak,
  trackPeak,
} from "./measure/peaks.ts";
export { median, medianDeviation, quantileOf } from "./measure/quantile.ts";
export { type Line, leastSquaresLine, lineAt, robustLine } from "./measure/slope.ts";
export { type Tone, toneAt } from "./measure/tone.ts";
export { ZeroSpan, type ZeroSpanBand } from "./measure/zero-span.ts";
export {
  falseAlarmThresholdDb,
  LOG_AVERAGE_BIAS_DB,
  maxHoldDriftDb,
  minHoldDriftDb,
  noiseQuantile,
  noiseSpreadDb,
  SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB,
} from "./noise-statistics.ts";
export { type BandPlan, BinClass, type BinMap, mapBins, type PlanChannel } from "./plant/band-plan.ts";
export { ChannelMeter, ChannelRecord } from "./plant/channel-meter.ts";
export { type ChannelFigures, channelTable, type MinislotFigures } from "./plant/channel-table.ts";
export type { DepthSource, ExclusionFigures } from "./plant/exclusion-record.ts";
export {
  channelsOff,
  isOffByNoiseBandwidth,
  type LevelCheck,
  levelCheck,
  levelsAreOff,
} from "./plant/level-check.ts";
export {
  MINISLOT_HZ,
  type MinislotStretch,
  minislotLowerEdgesHz,
  minislotStretches,
} from "./plant/minislots.ts";
export {
  type BandFloor,
  FLOOR_BANDS_MHZ,
  type FloorSource,
  floorByBand,
  NoiseFloor,
} from "./plant/noise-floor.ts";
export { bandPlanOf, type ListedChannel } from "./plant/plan-of-channels.ts";
export { rawRateBps, shannonBits, shannonMerDb } from "./pnm/capacity.ts";
export {
  type CodewordVerdict,
  codewordErrorRatio,
  errorFreeBound,
  judgeCodewords,
} from "./pnm/codewords.ts";
export { type Moments, momentsOf } from "./pnm/distribution.ts";
export {
  echoDistanceM,
  echoOfRippleDbc,
  FEET_PER_METRE,
  groupDelayRippleS,
  rippleOfEcho,
  VELOCITY_FACTORS,
} from "./pnm/echo.ts";
export { type Echo, type EchoSearchOptions, findEchoes } from "./pnm/echo-search.ts";
export { findMerNotches, type MerNotch } from "./pnm/ingress-notch.ts";
export {
  combinedMerDb,
  evmPercent,
  highestOrder,
  type MerStatistics,
  merStatistics,
  percentileRank,
} from "./pnm/mer.ts";
export { channelResponseDb, type TapFigures, tapFigures, tapsAgainstEcho } from "./pnm/pre-equalizer.ts";
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
  enbwBinsOf,
  isSameAxis,
  isSameBandwidth,
  powersOfLevels,
  type SpectrumFrame,
} from "./spectrum-frame.ts";
export {
  type FrameLevels,
  isUncalibrated,
  rawAdcLevelsDbmv,
  TIME_SAMPLES_WINDOW,
  type TimeSampleOptions,
  timeIqLevelsDbmv,
} from "./time-samples.ts";
export { type HoldOptions, HoldTrace } from "./traces/hold-trace.ts";
export {
  LEVEL_CELL_DB,
  LEVEL_CELLS,
  LevelHistogram,
  levelCell,
  levelOfCell,
} from "./traces/level-histogram.ts";
export { Persistence } from "./traces/persistence.ts";
export { type AverageMode, LOG_MODE_BIAS_DB, PowerAverage } from "./traces/power-average.ts";
export { differenceDb, differenceInSigmas, powerSumDb, smoothedDb } from "./traces/trace-math.ts";
export { DEFAULT_TRACES, TraceSet, type TraceSetOptions } from "./traces/trace-set.ts";
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
export { type UtscFrameOptions, utscClippedShare, utscFrameLevels, windowOfCode } from "./utsc-frame.ts";
export {
  figuresOf,
  type WindowFigures,
  type WindowName,
  windowCoefficients,
  windowFigures,
} from "./window.ts";
