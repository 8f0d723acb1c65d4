/** The other ways of drawing that the page is set beside. Both are fed by the same WebSocket as the page. */
export type Contender = "uplot" | "rectangles";

export interface ContenderOptions {
  kind: Contender;
  socketUrl: string;
  sessionId: string;
  width: number;
  traceHeight: number;
  waterfallRows: number;
}

/** A spectrum and how to draw it, as the contenders' page has them. */
type Draw = (levelsDbmv: Float32Array) => void;

interface PlotLibrary {
  new (options: object, data: unknown[], target: HTMLElement): { setData(data: unknown[]): void };
}

declare global {
  interface Window {
    uPlot: PlotLibrary;
    /** Pictures drawn so far. */
    drawn: number;
  }
}

/** Runs in the browser, by itself: draws each frame of the session on the page's main thread. */
export function drawFrames(options: ContenderOptions): void {
  const { kind, width, traceHeight, waterfallRows } = options;
  const LOWEST_DBMV = -60;
  const HIGHEST_DBMV = 10;
  const share = (level: number) =>
    Math.max(0, Math.min(1, (level - LOWEST_DBMV) / (HIGHEST_DBMV - LOWEST_DBMV)));
  const canvas = (height: number) => {
    const element = document.createElement("canvas");
    Object.assign(element, { width, height });
    document.body.append(element);
    return element.getContext("2d", { alpha: false })!;
  };
  /** The highest level of each of `columns` columns. */
  const reduce = (levels: Float32Array, columns: number) => {
    const highest = new Float32Array(columns).fill(Number.NEGATIVE_INFINITY);
    for (let bin = 0; bin < levels.length; bin += 1) {
      const column = Math.floor((bin * columns) / levels.length);
      if (levels[bin]! > highest[column]!) highest[column] = levels[bin]!;
    }
    return highest;
  };
  const red = (value: number) => Math.floor(255 * Math.max(0, (value - 0.5) * 2));
  const green = (value: number) => Math.floor(255 * Math.max(0, 1 - Math.abs(value - 0.5) * 2));
  const blue = (value: number) => Math.floor(255 * Math.max(0, (0.5 - value) * 2));

  /** uPlot for the trace, and a canvas that draws itself one row down and the newest row above. */
  const libraryAndCanvas = (): Draw => {
    let plot: InstanceType<PlotLibrary> | undefined;
    let bins = new Float64Array();
    const colours = Uint32Array.from({ length: 256 }, (_, index) => {
      const value = index / 255;
      return 0xff000000 + (blue(value) << 16) + (green(value) << 8) + red(value);
    });
    const waterfall = canvas(waterfallRows);
    const row = waterfall.createImageData(width, 1);
    const pixels = new Uint32Array(row.data.buffer);
    return (levels) => {
      if (!plot) {
        bins = Float64Array.from(levels, (_, bin) => bin);
        plot = new window.uPlot(
          {
            width,
            height: traceHeight,
            scales: {
              x: { time: false, range: [0, levels.length] },
              y: { range: [LOWEST_DBMV, HIGHEST_DBMV] },
            },
            series: [{}, { stroke: "#0f8", width: 1, points: { show: false } }],
            legend: { show: false },
            cursor: { show: false },
          },
          [bins, levels],
          document.body,
        );
      }
      plot.setData([bins, levels]);
      waterfall.drawImage(waterfall.canvas, 0, 0, width, waterfallRows - 1, 0, 1, width, waterfallRows - 1);
      const highest = reduce(levels, width);
      for (let column = 0; column < width; column += 1) {
        pixels[column] = colours[Math.round(share(highest[column]!) * 255)]!;
      }
      waterfall.putImageData(row, 0, 0);
    };
  };

  /** A line, and a rectangle with its colour as text for every cell of 240 rows of 1,600 bins. */
  const rectangles = (): Draw => {
    const BINS = 1600;
    const ROWS = 240;
    const line = canvas(traceHeight);
    const waterfall = canvas(traceHeight);
    const history: Float32Array[] = [];
    return (levels) => {
      const cells = reduce(levels, BINS);
      while (history.length < ROWS) history.push(cells);
      history.unshift(cells);
      history.length = ROWS;
      line.clearRect(0, 0, width, traceHeight);
      line.strokeStyle = "#0f8";
      line.beginPath();
      for (let bin = 0; bin < levels.length; bin += 1) {
        line.lineTo((bin * width) / levels.length, traceHeight * (1 - share(levels[bin]!)));
      }
      line.stroke();
      const cellWidth = width / BINS;
      const cellHeight = traceHeight / ROWS;
      for (const [index, row] of history.entries()) {
        for (let bin = 0; bin < BINS; bin += 1) {
          const value = share(row[bin]!);
          waterfall.fillStyle = `rgb(${red(value)},${green(value)},${blue(value)})`;
          waterfall.fillRect(bin * cellWidth, index * cellHeight, cellWidth + 1, cellHeight + 1);
        }
      }
    };
  };

  const draw = kind === "uplot" ? libraryAndCanvas() : rectangles();
  let newest: Float32Array | undefined;
  window.drawn = 0;
  const socket = new WebSocket(options.socketUrl);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => socket.send(JSON.stringify({ type: "watch", sessionId: options.sessionId }));
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") return;
    const view = new DataView(data as ArrayBuffer);
    const levels = new Int16Array(data as ArrayBuffer, view.getUint16(4, true), view.getUint32(48, true));
    const isFirst = newest === undefined;
    newest = Float32Array.from(levels, (level) => level / 100);
    if (!isFirst) return;
    requestAnimationFrame(() => {
      draw(newest!);
      newest = undefined;
      window.drawn += 1;
    });
  };
}
