/** The chart of the figures that are held to something. The only home of `echarts`. */
import * as echarts from 'echarts';
import { holds, median, ratioOf } from './figure.ts';
import type { Figure } from './figure.ts';
import type { Results } from './report.ts';

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly holds: boolean;
}

const width = 900;
const rowHeight = 34;
const headHeight = 64;
const footHeight = 40;
const held = '#005eb8';
const under = '#d5281b';
const ink = '#212b32';
const font = { fontFamily: 'Arial, Helvetica, sans-serif', fontSize: 13, color: ink };

/** Draws ratios beside their floors, and below them every other limit and how much of it is used. */
export function chartOf({ suites }: Results): string {
  const figures = suites.flatMap((suite) => suite.figures);
  const ratios = figures.flatMap(ratioBar);
  const limits = figures.flatMap(limitBar);
  const heightOf = (bars: readonly Bar[]): number =>
    bars.length === 0 ? 0 : headHeight + bars.length * rowHeight + footHeight;
  const height = Math.max(heightOf(ratios) + heightOf(limits), headHeight);
  const panels = [
    { bars: ratios, top: 0, title: 'Ratio to the peer, more is better; the mark, and in brackets, its floor' },
    {
      bars: limits,
      top: heightOf(ratios),
      title: 'Share of a limit that is used, less is better; the mark is the limit',
    },
  ].filter(({ bars }) => bars.length > 0);
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: font,
    title: panels.map(({ title, top }) => ({
      text: title,
      left: 16,
      top: top + 16,
      textStyle: { ...font, fontSize: 16 },
    })),
    grid: panels.map(({ bars, top }) => ({
      left: 220,
      right: 140,
      top: top + headHeight,
      height: bars.length * rowHeight,
    })),
    xAxis: panels.map((_, gridIndex) => ({ type: 'value', gridIndex, min: 0, axisLabel: font })),
    yAxis: panels.map(({ bars }, gridIndex) => ({
      type: 'category',
      gridIndex,
      inverse: true,
      data: bars.map(({ name }) => name),
      axisLabel: { ...font, interval: 0 },
      axisTick: { show: false },
    })),
    series: panels.flatMap(({ bars }, index) => series(bars, index)),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return described(svg, [...ratios, ...limits]);
}

function series(bars: readonly Bar[], index: number): object[] {
  const axes = { xAxisIndex: index, yAxisIndex: index };
  return [
    {
      ...axes,
      type: 'bar',
      barWidth: 18,
      data: bars.map(({ value, holds: good }) => ({ value, itemStyle: { color: good ? held : under } })),
      label: {
        show: true,
        position: 'right',
        distance: 10,
        formatter: ({ dataIndex }: { dataIndex: number }) => labelOf(bars[dataIndex]),
        ...font,
      },
    },
    {
      ...axes,
      type: 'scatter',
      symbol: 'rect',
      symbolSize: [4, 28],
      itemStyle: { color: ink, opacity: 1, borderColor: '#ffffff', borderWidth: 1 },
      data: bars.map(({ limit, name }) => [limit, name]),
      z: 3,
    },
  ];
}

function labelOf(bar: Bar | undefined): string {
  return bar ? `${bar.value.toFixed(2)} (${bar.limit})` : '';
}

function ratioBar(figure: Figure): Bar[] {
  const value = ratioOf(figure);
  if (value === null || figure.floor === undefined) return [];
  return [{ name: figure.name, value, limit: figure.floor, holds: holds(figure) }];
}

function limitBar(figure: Figure): Bar[] {
  const { name, most, ours } = figure;
  if (most === undefined) return [];
  // A limit of none at all is used up by the first.
  const value = most === 0 ? median(ours) : median(ours) / most;
  return [{ name, value, limit: 1, holds: holds(figure) }];
}

// For those who cannot see it: what it is, and every figure in words.
function described(svg: string, bars: readonly Bar[]): string {
  const words = bars.map(
    ({ name, value, limit, holds: good }) =>
      `${name} ${value.toFixed(2)} (${good ? 'holds' : 'does not hold'} ${limit})`,
  );
  const text = `<title id="chart-title">Benchmarks beside their limits</title><desc id="chart-about">${words.join('; ')}</desc>`;
  return svg.replace(/<svg\b([^>]*)>/, `<svg$1 role="img" aria-labelledby="chart-title chart-about">\n${text}`);
}
