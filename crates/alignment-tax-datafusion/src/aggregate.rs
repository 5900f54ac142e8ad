//! The folds as aggregate functions of the engine.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, LargeBinaryArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::ScalarValue;
use datafusion::common::cast::as_large_binary_array;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::expressions::{Column, Literal};

use crate::fold::{Arguments, ContrastFold, Fold, MomentsFold, PairedFold, SampleFold};
use crate::state::State;

/// The aggregate functions, for a registry that is not a [`FunctionRegistry`].
///
/// | function | of | keeps |
/// |---|---|---|
/// | `alignment_moments(vector)` | a list of floats | [`Moments`](alignment_tax::Moments) |
/// | `alignment_contrast(vector, plus)` | and a boolean | [`ContrastMoments`](alignment_tax::ContrastMoments) |
/// | `alignment_paired_contrast(plus, minus)` | two lists in one row | [`PairedMoments`](crate::PairedMoments) |
/// | `alignment_samples(vector, plus, key, limit)` | and a 64-bit integer, and a constant | [`SampleRows`](crate::SampleRows) |
#[must_use]
pub fn functions() -> Vec<Arc<AggregateUDF>> {
    vec![
        function::<MomentsFold>(),
        function::<ContrastFold>(),
        function::<PairedFold>(),
        function::<SampleFold>(),
    ]
}

/// Makes the functions known to a session, so that SQL can name them.
///
/// # Errors
/// Those of the registry, for one that takes no functions.
///
/// # Examples
/// ```
/// use datafusion::prelude::SessionContext;
///
/// let mut session = SessionContext::new();
/// alignment_tax_datafusion::register(&mut session)?;
/// # Ok::<(), datafusion::error::DataFusionError>(())
/// ```
pub fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    for function in functions() {
        registry.register_udaf(function)?;
    }
    Ok(())
}

pub(crate) fn function<F: Fold>() -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(Aggregate::<F> {
        signature: Signature::any(F::ARGUMENTS, Volatility::Immutable),
        fold: PhantomData,
    }))
}

struct Aggregate<F> {
    signature: Signature,
    fold: PhantomData<fn() -> F>,
}

impl<F: Fold> fmt::Debug for Aggregate<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(F::State::NAME)
    }
}

// One function to a fold.
impl<F> PartialEq for Aggregate<F> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<F> Eq for Aggregate<F> {}

impl<F: Fold> Hash for Aggregate<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        F::State::NAME.hash(state);
    }
}

impl<F: Fold> AggregateUDFImpl for Aggregate<F> {
    fn name(&self) -> &str {
        F::State::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        F::check(types)?;
        Ok(DataType::LargeBinary)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "state");
        Ok(vec![Arc::new(Field::new(
            name,
            DataType::LargeBinary,
            true,
        ))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            let name = F::State::NAME;
            return Err(DataFusionError::Plan(format!(
                "{name} counts every row; leave DISTINCT out"
            )));
        }
        let arguments = Arguments {
            columns: args.exprs.iter().map(name).collect(),
            constants: args.exprs.iter().map(constant).collect(),
        };
        Ok(Box::new(Folding {
            fold: F::new(arguments)?,
        }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

fn name(expression: &Arc<dyn PhysicalExpr>) -> String {
    match expression.downcast_ref::<Column>() {
        Some(column) => column.name().to_owned(),
        None => expression.to_string(),
    }
}

fn constant(expression: &Arc<dyn PhysicalExpr>) -> Option<i64> {
    match expression.downcast_ref::<Literal>()?.value() {
        ScalarValue::Int64(value) => *value,
        _ => None,
    }
}

/// One group.
#[derive(Debug)]
struct Folding<F> {
    fold: F,
}

impl<F: Fold> Folding<F> {
    fn encoded(&mut self) -> Result<ScalarValue> {
        let state = self.fold.state()?;
        Ok(ScalarValue::LargeBinary(
            state.map(|state| state.encoded()).transpose()?,
        ))
    }
}

impl<F: Fold> Accumulator for Folding<F> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        Ok(self.fold.update(values)?)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let states: &LargeBinaryArray = as_large_binary_array(&states[0])?;
        // A partition without a row has no state.
        for i in (0..states.len()).filter(|&i| states.is_valid(i)) {
            self.fold.merge(F::State::decoded(states.value(i))?)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.encoded()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.encoded()
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.fold.bytes()
    }
}
