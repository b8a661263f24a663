package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"tanggap/router/classify"
)

// routeEval measures the text model alone: no city, no rules, no places.
type routeEval struct {
	Train string `required:"" placeholder:"FILE" type:"path" help:"What to learn from: lines of a label, a tab and a text."`
	Test  string `required:"" placeholder:"FILE" type:"path" help:"What to measure on: such lines."`
	JSON  bool   `help:"Print JSON."`
}

// evaluation is what --json prints.
type evaluation struct {
	Accuracy float64            `json:"accuracy"`
	MacroF1  float64            `json:"macro_f1"`
	Top3     float64            `json:"top3"`
	Rows     int                `json:"rows"`
	Classes  int                `json:"classes"`
	At       map[string]float64 `json:"accuracy_at_coverage"`
}

// Run trains and measures. The same files give the same figures.
func (r routeEval) Run(ctx context.Context, s streams) error {
	train, err := readExamples(r.Train)
	if err != nil {
		return &usageError{err}
	}
	test, err := readExamples(r.Test)
	if err != nil {
		return &usageError{err}
	}
	model, err := classify.Train(ctx, train)
	if err != nil {
		return err
	}
	score := classify.Measure(model, test)
	e := evaluation{
		score.Accuracy, score.MacroF1, score.Top3, score.Rows, score.Classes,
		map[string]float64{"0.5": score.At(0.5), "0.7": score.At(0.7)},
	}
	if r.JSON {
		return json.NewEncoder(s.Out).Encode(e)
	}
	fmt.Fprintf(s.Out, "%d rows, %d classes, learned from %d rows\n", e.Rows, e.Classes, len(train))
	fmt.Fprintf(s.Out, "accuracy %.3f, macro-F1 %.3f, top-3 %.3f\n", e.Accuracy, e.MacroF1, e.Top3)
	fmt.Fprintf(s.Out, "accuracy among the surest: %.3f of 50%%, %.3f of 70%%\n", e.At["0.5"], e.At["0.7"])
	return nil
}

func readExamples(path string) ([]classify.Example, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	examples, err := classify.ReadExamples(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return examples, nil
}
