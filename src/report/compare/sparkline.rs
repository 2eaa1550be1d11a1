//! Figures over time in one line of text.

use super::super::style::Style;

/// Draws figures as bars between nothing and the greatest of them; what is unknown is a gap.
pub(super) fn of(figures: impl IntoIterator<Item = Option<f64>>, style: Style) -> String {
    let bars: [char; 8] = if style.unicode {
        ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
    } else {
        ['_', '.', ':', '-', '=', '+', '*', '#']
    };
    let figures: Vec<Option<f64>> = figures.into_iter().collect();
    let most = figures.iter().flatten().copied().fold(0.0, f64::max);
    let bar = |figure: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number from 0 to 7")]
        let height = if most > 0.0 { (figure.max(0.0) / most * 7.0).round() as usize } else { 0 };
        bars[height.min(7)]
    };
    figures.into_iter().map(|figure| figure.map_or(' ', bar)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_figure_is_the_highest_bar_and_the_unknown_has_none() {
        let figures = [Some(0.0), Some(5.0), None, Some(10.0)];
        assert_eq!(of(figures, Style::PLAIN), "▁▅ █");
        assert_eq!(of(figures, Style { unicode: false, ..Style::PLAIN }), "_= #");
        assert_eq!(of([Some(0.0), None], Style::PLAIN), "▁ ", "nothing at all is no division by it");
    }
}
